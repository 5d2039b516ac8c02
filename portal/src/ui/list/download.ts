/** Gives the browser a file. */

/** Save a text made here. */
export function download(name: string, type: string, text: string): void {
  save(name, new Blob([text], { type }));
}

/** Save a file, such as one the API gave. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
