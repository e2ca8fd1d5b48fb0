/**
 * Letters of other scripts that look like ASCII letters, each group after the letter it looks like; all of the basic
 * plane, so that folding keeps offsets. A small part of Unicode's confusables: what keyboards and homoglyph tools write.
 */
const LOOKALIKES =
  "AΑАᎪ BΒВᏴ CСϹᏟ DᎠ EΕЕᎬ FϜ GԌᏀ HΗНᎻ IΙІӀᏆ JЈᎫ KΚКᏦ LᏞ MΜМᎷ NΝ OΟОՕ PΡРᏢ QԚ RᎡᏒ SЅՏᏚ TΤТᎢ UՍ VѴᏙ WԜᎳ XΧХ YΥҮ ZΖᏃ " +
  "aаαɑ bЬƄ cсϲᴄ dԁ eеҽ fẝ gɡց hһհ iіιıɩ jјϳ kк lӏ mм nոп oоοօσ pрρ qԛգ rгᴦ sѕ tт uυսᴜ vνѵᴠ wԝաѡ xхχ yуγү zᴢ";

/** Small capitals (Latin already, so whole words are written in them): folded wherever they stand. */
const SMALL_CAPITALS = "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz";

const WORD_WITH_LOOKALIKE = /[\p{L}\p{M}]+/gu;
const HAS_CANDIDATE =
  /[\u0131\u0184\u0185\u0250-\u02af\u0370-\u0556\u0561-\u0587\u13a0-\u13f4\u1d00-\u1d22\u1e9d\ua730\ua731]/u;
const ASCII_LETTER = /[A-Za-z]/u;

let folding: ReadonlyMap<string, string> | undefined;
let smallCapitals: ReadonlyMap<string, string> | undefined;

/**
 * Writes look-alikes as ASCII where a word mixes them with ASCII letters, and small capitals anywhere. Words of one
 * script stay as they are: a Russian word has many letters that look Latin. Keeps the length.
 */
export function foldConfusables(text: string): string {
  if (!HAS_CANDIDATE.test(text)) return text;
  return text.replace(WORD_WITH_LOOKALIKE, (word) => (HAS_CANDIDATE.test(word) ? foldWord(word) : word));
}

function foldWord(word: string): string {
  smallCapitals ??= new Map(pairs(SMALL_CAPITALS));
  let folded = "";
  for (const letter of word) folded += smallCapitals.get(letter) ?? letter;
  if (!ASCII_LETTER.test(folded)) return folded;
  folding ??= readLookalikes();
  let ascii = "";
  for (const letter of folded) {
    const plain = letter < "\u0080" ? letter : folding.get(letter);
    // One letter that looks like no Latin one: the word is of that script, with a Latin letter in it by mistake.
    if (plain === undefined) return folded;
    ascii += plain;
  }
  return ascii;
}

function readLookalikes(): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [plain = "", ...others] of LOOKALIKES.split(" ").map((group) => Array.from(group))) {
    if (plain < "\u0080") for (const other of others) map.set(other, plain);
  }
  return map;
}

function pairs(text: string): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < text.length; at += 2) found.push([text.charAt(at), text.charAt(at + 1)]);
  return found;
}
