/** What a build knows of its pages, for the early script: which files and words each one needs. */
import type { Manifest } from "vite";

import type { Known } from "./early";

const PAGE = /^src\/routes\/(?:_app\/a\/\$account\/(.+)|([^_].*?))\/index\.tsx\?tsr-split=component$/;
const FRAME = /^src\/routes\/_app(\/a\/\$account\/route)?\.tsx\?tsr-split=component$/;

/** The namespaces of words that a source asks for. */
export function wordsIn(code: string): string[] {
  return [...code.matchAll(/useTranslation\(([^)]*)\)/g)].flatMap(([, list = ""]) => [...list.matchAll(/["']([\w-]+)["']/g)].map(([, name = ""]) => name));
}

/** What a build's manifest says of each page. `wordsOf`: the namespaces that a file's code asks for. */
export function known(manifest: Manifest, wordsOf: (file: string) => readonly string[]): Known {
  const files: string[] = [];
  const number = (file: string) => {
    const name = file.replace(/^assets\//, "");
    return files.includes(name) ? files.indexOf(name) : files.push(name) - 1;
  };
  const needed = (key: string, found = new Set<string>()): Set<string> => {
    if (!found.has(key)) {
      found.add(key);
      for (const other of manifest[key]?.imports ?? []) needed(other, found);
    }
    return found;
  };
  const first = needed("index.html");
  const page = (keys: readonly string[], without: ReadonlySet<string>) => {
    const chunks = keys.filter((key) => !first.has(key) && !without.has(key)).flatMap((key) => manifest[key] ?? []);
    return {
      files: [...new Set(chunks.flatMap(({ file, css = [] }) => [file, ...css]))].map(number),
      words: [...new Set(["ui", ...chunks.flatMap(({ file }) => wordsOf(file))])],
    };
  };
  const frame = new Set(Object.keys(manifest).filter((key) => FRAME.test(key)).flatMap((key) => [...needed(key)]));
  const made: Known = { files, frame: page([...frame], new Set()), pages: {}, words: {} };
  for (const key of Object.keys(manifest)) {
    const [, inside, outside] = PAGE.exec(key) ?? [];
    const address = (inside ?? (outside && `/${outside}`))?.replaceAll(/\$[^/]+/g, "*");
    if (address) made.pages[address] = page([...needed(key)], inside ? frame : new Set());
    const [, folder, language] = /-?([^/]+)\/-(\w+)\.json$/.exec(key) ?? [];
    if (folder && language && manifest[key]) (made.words[language] ??= {})[folder] = number(manifest[key].file);
  }
  return made;
}
