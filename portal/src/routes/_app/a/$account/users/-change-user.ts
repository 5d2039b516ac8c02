/** Changes and removes a user together with what belongs to it, so that the extension is the same everywhere. */
import { call, createDoc, patchDoc, readList, removeDoc, urls, type UserDoc } from "@/api";

import { userCallflow } from "./-create-user";
import type { Person } from "./-rows";

export interface UserNumbers {
  extensions: string[];
  numbers: string[];
}

/**
 * Give a user these extensions and direct numbers. The callflow goes first: it is the one that refuses what is taken. The first extension
 * is also the mailbox, the presence id and the inside caller ID. A user without a callflow (such as a first administrator) gets one.
 * Throws Problem; what was changed before a refusal is put back.
 */
export async function saveUserNumbers(account: string, user: UserDoc, person: Person, from: UserNumbers, to: UserNumbers): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  const patch = async (collection: "callflows" | "vmboxes", id: string, body: object, back: object) => {
    await patchDoc(account, collection, id, body);
    undo.push(() => patchDoc(account, collection, id, back));
  };
  const [old, first] = [from.extensions[0], to.extensions[0]];
  const { flow, box } = person;
  try {
    if (flow) await patch("callflows", flow.id, { numbers: [...to.extensions, ...to.numbers] }, { numbers: [...from.extensions, ...from.numbers] });
    else {
      const boxId = box?.id ?? (first ? await made(account, "vmboxes", { owner_id: user.id, mailbox: first, name: `${person.name}'s VMBox` }, undo) : undefined);
      await made(account, "callflows", { ...userCallflow(user.id, person.name, first ?? "", boxId ?? ""), numbers: [...to.extensions, ...to.numbers] }, undo);
    }
    if (first && first !== old) {
      if (box && box.mailbox === old) await patch("vmboxes", box.id, { mailbox: first }, { mailbox: old });
      await patchDoc(account, "users", user.id, { presence_id: first, caller_id: { internal: { name: person.name, number: first } } });
    }
  } catch (cause) {
    for (const run of undo.toReversed()) {
      // oxlint-disable-next-line no-await-in-loop -- last changed, first put back
      await run();
    }
    throw cause;
  }
}

async function made(account: string, collection: "callflows" | "vmboxes", body: object, undo: (() => Promise<unknown>)[]): Promise<string> {
  const { id } = await createDoc(account, collection, body);
  undo.push(() => removeDoc(account, collection, id));
  return id;
}

const DIRECTORY = "SmartPBX Directory";

/** Put a user into the company directory or take it out; the directory is made when there is none. Throws Problem. */
export async function setInDirectory(account: string, user: UserDoc, flow: string, on: boolean): Promise<void> {
  const rows = await readList<{ id: string; name: string }>(account, "directories");
  const id = rows.find(({ name }) => name === DIRECTORY)?.id;
  if (!on) {
    await patchDoc(account, "users", user.id, { directories: Object.fromEntries(Object.keys(user.directories ?? {}).map((known) => [known, null])) });
    return;
  }
  const directory = id ?? (await createDoc(account, "directories", { name: DIRECTORY, confirm_match: false, max_dtmf: 0, min_dtmf: 3, sort_by: "last_name" })).id;
  await patchDoc(account, "users", user.id, { directories: { [directory]: flow } });
}

/** Everything a user owns, in the order it is removed: phones stop first, the user goes last. */
const OWNED = [
  [urls.getListDevicesUrl, urls.getDeleteDeviceUrl],
  [urls.getListVmboxesUrl, urls.getDeleteVoicemailBoxUrl],
  [urls.getListConferencesUrl, urls.getDeleteConferenceUrl],
  [urls.getListFaxboxesUrl, urls.getDeleteFaxboxeUrl],
  [urls.getListCallflowsUrl, urls.getDeleteCallflowUrl],
] as const;

/** Delete a user and all it owns. Throws Problem at the first refusal; a second try goes on from there. */
export async function deleteUser(account: string, user: string): Promise<void> {
  for (const [list, remove] of OWNED) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other on purpose
    const { data } = await call<{ id: string }[]>("GET", list(account), { query: { filter_owner_id: user, paginate: false } });
    // oxlint-disable-next-line no-await-in-loop
    await Promise.all(data.map(({ id }) => call("DELETE", remove(account, id))));
  }
  await call("DELETE", urls.getDeleteUserUrl(account, user));
}
