export interface Article {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** What the shop tells its customers. */
export const articles: readonly Article[] = [
  {
    id: "late-parcels",
    title: "Late and lost parcels",
    text: "A parcel counts as late after 5 working days and as lost after 15. A lost parcel is refunded or sent again, as the customer likes.",
  },
  {
    id: "refunds",
    title: "How refunds work",
    text: "Money goes back the way it was paid, within 5 working days of the approval. Never more than the order's total is refunded.",
  },
  {
    id: "returns",
    title: "Sending something back",
    text: "Unused goods can be returned within 30 days of delivery. The label is free; the refund follows when the parcel has arrived.",
  },
  {
    id: "address-changes",
    title: "Changing a delivery address",
    text: "The address of a customer can be changed until the order is packed. Later the carrier has to be asked.",
  },
  {
    id: "damaged-goods",
    title: "Damaged goods",
    text: "Ask for a photo. Damage reported within 14 days is replaced or refunded without a return.",
  },
  {
    id: "personal-data",
    title: "Deleting personal data",
    text: "Customers may ask for their data to be deleted. Name, e-mail and address go; orders are kept for the accounts.",
  },
];
