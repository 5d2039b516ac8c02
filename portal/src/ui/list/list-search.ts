/** A list's part of the address; apart, because addresses are checked before a page's code is loaded. */

/** What every list keeps in its address; `open` is the row whose panel is open, or "new". */
export interface ListSearch {
  q?: string;
  sort?: string;
  open?: string;
}

/** A text of the address; one of digits alone arrives as a number. */
export const searchText = (value: unknown) => (typeof value === "string" && value ? value : typeof value === "number" ? String(value) : undefined);

/** Reads a list's part of the address. */
export const listSearch = (search: Record<string, unknown>): ListSearch => ({ q: searchText(search.q), sort: searchText(search.sort), open: searchText(search.open) });
