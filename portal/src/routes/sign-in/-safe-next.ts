/** Where to go after signing in: only a path of this portal, never another site. */
export function safeNext(next: unknown): string | undefined {
  if (typeof next !== "string" || !next.startsWith("/")) return undefined;
  const url = new URL(next, window.location.origin);
  if (url.origin !== window.location.origin || url.pathname.startsWith("/sign-in")) return undefined;
  return url.pathname + url.search + url.hash;
}
