import { isSafeNumber } from "./json-number.ts";
import type { JsonLimits } from "./json-value.ts";

export type CanonicalRefusal = "not_json" | "unsafe_number" | "lone_surrogate" | "too_deep" | "too_large";

/** Writes one value as canonical text. Its methods answer false once something was refused; then `refusal` says what. */
export class JsonWriter {
  text = "";
  refusal: CanonicalRefusal = "not_json";
  readonly #limits: JsonLimits;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
  }

  /** `depth` is the number of containers around the value. */
  write(value: unknown, depth = 0): boolean {
    switch (typeof value) {
      case "string":
        return this.#writeString(value);
      case "number":
        return isSafeNumber(value) ? this.#append(String(value)) : this.#refuse("unsafe_number");
      case "boolean":
        return this.#append(String(value));
      case "object":
        if (value === null) return this.#append("null");
        if (depth >= this.#limits.maxDepth) return this.#refuse("too_deep");
        return Array.isArray(value) ? this.#writeArray(value, depth) : this.#writeObject(value, depth);
      case "bigint":
      case "function":
      case "symbol":
      case "undefined":
        return this.#refuse("not_json");
    }
  }

  #writeString(value: string): boolean {
    // JSON.stringify escapes exactly what RFC 8785 section 3.2.2.2 asks for, as long as the string is well-formed.
    return value.isWellFormed() ? this.#append(JSON.stringify(value)) : this.#refuse("lone_surrogate");
  }

  #writeArray(array: readonly unknown[], depth: number): boolean {
    // Own keys are the elements and `length`: fewer are holes, more are named properties.
    const isPlain =
      Object.getPrototypeOf(array) === Array.prototype && Reflect.ownKeys(array).length === array.length + 1;
    if (!isPlain) return this.#refuse("not_json");
    if (!this.#append("[")) return false;
    for (let index = 0; index < array.length; index += 1) {
      if (index > 0 && !this.#append(",")) return false;
      if (!this.#writeMember(array, String(index), depth)) return false;
    }
    return this.#append("]");
  }

  #writeObject(object: object, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(object);
    const ownKeys = Reflect.ownKeys(object);
    const keys = ownKeys.filter((key) => typeof key === "string");
    const isPlain = (prototype === Object.prototype || prototype === null) && keys.length === ownKeys.length;
    if (!isPlain) return this.#refuse("not_json");
    if (!this.#append("{")) return false;
    // Without a comparator ECMAScript sorts by UTF-16 code units, the order of RFC 8785 section 3.2.3.
    for (const [index, key] of keys.toSorted().entries()) {
      if (index > 0 && !this.#append(",")) return false;
      const written = this.#writeString(key) && this.#append(":") && this.#writeMember(object, key, depth);
      if (!written) return false;
    }
    return this.#append("}");
  }

  /**
   * Reads stored properties only: what a getter returns could differ between being shown and being run. An accessor's
   * descriptor has no `value`, so it is refused like any undefined.
   */
  #writeMember(container: object, key: string, depth: number): boolean {
    const property = Object.getOwnPropertyDescriptor(container, key);
    return property?.enumerable === true ? this.write(property.value, depth + 1) : this.#refuse("not_json");
  }

  #append(text: string): boolean {
    if (this.text.length + text.length > this.#limits.maxLength) return this.#refuse("too_large");
    this.text += text;
    return true;
  }

  #refuse(reason: CanonicalRefusal): false {
    this.refusal = reason;
    return false;
  }
}
