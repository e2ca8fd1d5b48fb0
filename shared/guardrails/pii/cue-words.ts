/** What a word near a number says about the number; the values are bits, because a phrase says several things. */
export const cue = {
  phone: 1 << 0,
  /** Says phone only beside something that looks like one: "call", "office". */
  maybePhone: 1 << 1,
  card: 1 << 2,
  account: 1 << 3,
  routing: 1 << 4,
  bankCode: 1 << 5,
  ssn: 1 << 6,
  /** Names one kind of number by itself: "PESEL", "IMEI". */
  idName: 1 << 7,
  /** Whose or what for, of an id: "customer" of "customer number". */
  idOwner: 1 << 8,
  passport: 1 << 9,
  licence: 1 << 10,
  driver: 1 << 11,
  /** "number", "no", "id". */
  number: 1 << 12,
  /** Stands between a name and its number: "is", "was". */
  link: 1 << 13,
  version: 1 << 14,
  wallet: 1 << 15,
} as const;

/** The bits that name a kind of number. */
export const namingCues =
  cue.phone |
  cue.maybePhone |
  cue.card |
  cue.account |
  cue.routing |
  cue.bankCode |
  cue.ssn |
  cue.idName |
  cue.idOwner |
  cue.passport |
  cue.licence |
  cue.driver |
  cue.version |
  cue.wallet;

const wordsByCue: readonly (readonly [bits: number, words: string])[] = [
  [
    cue.phone,
    "phone phones telephone telephones tel telefon telefone telefono teléfono telefoon telefoonnummer telefonnummer téléphone telefonu téléfono mobile mobil mobiel mobilnummer móvil movil cell cellphone cellular cellulare celular handy handynummer portable fax faks faxnummer whatsapp viber hotline landline puhelin tlf tlph gsm phonenumber mobilephone telno rufnummer numertelefonu komórka telefonszám τηλέφωνο телефон тел мобильный факс هاتف الهاتف جوال الجوال फोन मोबाइल",
  ],
  [
    cue.maybePhone,
    "call calls called calling dial reach reached contact contacting text texting sms ring answering messages office home desk work direct line kontakt appeler joindre appelez rufen anrufen llamar llama llámame chiamare chiama ligar ligue bellen registered emergency",
  ],
  [
    cue.card,
    "card cards cc creditcard debitcard visa mastercard amex maestro discover diners jcb karte kreditkarte kartennummer tarjeta carte carta cartão creditcardnumber cardnumber kreditkort karta карта कार्ड",
  ],
  [
    cue.account,
    "account accounts acct acc accnum accountnumber konto kontonummer kontonr cuenta compte conto conta rekening rekeningnummer rachunek iban bban clabe giro checking savings",
  ],
  [cue.routing, "routing rtn aba transit"],
  [cue.bankCode, "swift bic ifsc sort sortcode blz bankleitzahl bsb"],
  [cue.ssn, "ssn ssns socialsecurity security"],
  [
    cue.idName,
    "imei meid vin mrn nric fin nino nhs tfn abn acn aadhaar aadhar adhaar uidai gstin epic cpf cnpj rg curp rfc rut cuit cuil dni nie nif nuip pesel nip regon bsn egn cnp cpr personnummer fødselsnummer hetu henkilötunnus steuernummer steueridentifikationsnummer idnr steuerid ustid ustidnr sozialversicherungsnummer kvnr versichertennummer personalausweis personalausweisnummer ausweisnummer codicefiscale insee siren siret snils инн снилс tckn amka afm oib cnic nik mykad rrn frn brn crn nin ein itin ssin avs ahv npi dea mbi hicn medicare medicaid uen hkid egk ppsn utr vat mwst tva piva iva nss cédula cedula plate licenseplate numberplate kennzeichen matrícula matricule kundennummer mitgliedsnummer patientennummer versicherungsnummer klantnummer lidnummer",
  ],
  [
    cue.idOwner,
    "provider emirates employee staff worker customer client member membership patient student policy policyholder subscriber insurance insured medical health record tax taxpayer fiscal steuer national identity identification citizen resident residence visa permit voter voting election loyalty beneficiary personal vehicle registration certificate badge identité identità identidad identidade ausweis personal kunden kunde mitglied patienten versicherung cliente client empleado paciente socio employé salarié dossier klant device serial",
  ],
  [
    cue.passport,
    "passport passports passeport pasaporte passaporte passaporto reisepass reisepassnummer pass passnummer paspoort paspoortnummer paszport passportnumber паспорт pasaport pas",
  ],
  [cue.licence, "license licence licenses lic permit"],
  [
    cue.licence | cue.driver,
    "dl führerschein führerscheinnummer fuehrerschein rijbewijs körkort kørekort førerkort ajokortti patente dln driverslicense",
  ],
  [cue.driver, "driver drivers driving conducir conduire conduzir guida"],
  [
    cue.number,
    "number numbers num no nr nbr nº id ids numéro numero número nummer numer code ref reference identifier identification",
  ],
  [
    cue.link,
    "is was are the my his her their our your s of for with und de del della du le la el il ist lautet es est é e provided as that this a to an bank new old current valid on at has social credit debit ending",
  ],
  [cue.version, "isbn issn doi version v ver release build firmware chapter section"],
  [
    cue.wallet,
    "wallet btc bitcoin eth ethereum crypto usdt solana sol xrp ripple ltc litecoin dogecoin monero",
  ],
];

/** Names that are ordinary words unless written in capitals. */
const capitalWords: readonly (readonly [bits: number, words: string])[] = [
  [cue.idName, "PAN SIN NAS TIN CIN NID VAT UID EID PPS BN"],
];

/** In scripts without spaces every pair of letters is looked up. */
const letterPairs: readonly (readonly [bits: number, pairs: string])[] = [
  [cue.phone, "电话 電話 手机 手機 携帯 전화 휴대 번호로 致电 联系 聯絡 连络"],
  [cue.card, "卡号 卡號 카드 信用"],
  [cue.account, "账号 帳號 账户 帳戶 口座 계좌"],
  [cue.idName, "身份 身分 证号 주민 マイ 外国"],
  [cue.passport, "护照 護照 旅券 여권"],
  [cue.licence | cue.driver, "驾照 駕照 免許 면허"],
];

function indexWords(table: readonly (readonly [bits: number, words: string])[]): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  for (const [bits, words] of table)
    for (const word of words.split(" ")) index.set(word, (index.get(word) ?? 0) | bits);
  return index;
}

const cuesOfWords = indexWords(wordsByCue);
const cuesOfCapitals = indexWords(capitalWords);
const cuesOfPairs = indexWords(letterPairs);
const longestCue = 30;

/** Per ASCII code of a word's first letter, the lengths cue words have, as bits: most words are dismissed by these. */
const lengthsByInitial = new Uint32Array(128);
for (const word of [...cuesOfWords.keys(), ...cuesOfCapitals.keys()])
  for (const initial of [word.charCodeAt(0), word.toUpperCase().charCodeAt(0)])
    if (initial < 128) lengthsByInitial[initial] = (lengthsByInitial[initial] ?? 0) | (1 << word.length);

/** The cue bits of the word between two offsets, 0 if it says nothing. */
export function readCue(text: string, start: number, end: number): number {
  const length = end - start;
  if (length > longestCue) return 0;
  const initial = text.charCodeAt(start);
  if (initial < 128 && ((lengthsByInitial[initial] ?? 0) & (1 << length)) === 0) return 0;
  const word = text.slice(start, end);
  return (cuesOfWords.get(word.toLowerCase()) ?? 0) | (cuesOfCapitals.get(word) ?? 0);
}

/** The cue bits of two letters of a script without spaces. */
export function readPairCue(pair: string): number {
  return cuesOfPairs.get(pair) ?? 0;
}
