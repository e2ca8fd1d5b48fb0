/** Any JSON value, never written to. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** `maxDepth` counts containers within containers; `maxLength` is in UTF-16 units of the text. */
export interface JsonLimits {
  readonly maxDepth: number;
  readonly maxLength: number;
}
