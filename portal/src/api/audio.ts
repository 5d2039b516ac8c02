/** Audio in and out of the API: fetched as a blob with the token in the header, uploaded with progress. */
import { Problem, problemFrom } from "./problem";
import { session } from "./session";

/** Fetch a file. Throws Problem. */
export async function blob(url: string): Promise<Blob> {
  const token = session()?.token;
  const response = await fetch(url, { headers: token ? { "X-Auth-Token": token } : {}, credentials: "omit" }).catch(() => {
    throw new Problem(0, "no answer", {}, null);
  });
  if (response.ok) return response.blob();
  throw problemFrom(response.status, await response.json().catch(() => null));
}

/**
 * POST a file as it is; `onProgress` hears the share sent (0..1). The answer comes when it is stored, which for audio is after it was
 * converted. Throws Problem. (fetch cannot tell how much it has sent.)
 */
export function upload<T>(url: string, file: Blob, onProgress: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    const token = session()?.token;
    if (token) request.setRequestHeader("X-Auth-Token", token);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(new Problem(0, "no answer", {}, null)));
    request.addEventListener("abort", () => reject(new DOMException("The upload was stopped.", "AbortError")));
    request.addEventListener("load", () => {
      let body: unknown = null;
      try {
        body = JSON.parse(request.responseText) as unknown;
      } catch {
        body = null; // a proxy's page; the status says enough
      }
      if (request.status >= 200 && request.status < 300) resolve((body as { data: T }).data);
      else reject(problemFrom(request.status, body));
    });
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
