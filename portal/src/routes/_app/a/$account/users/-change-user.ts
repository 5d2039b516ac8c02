/** Changes and removes a user together with what belongs to it, so that the extension is the same everywhere. */
import { call, type CallflowRow, urls, type UserDoc, type VoicemailBoxRow } from "@/api";

import { userCallflow } from "./-create-user";

export interface UserForm {
  firstName: string;
  lastName: string;
  email: string;
  role: "user" | "admin";
  extension: string;
}

export interface Belongings {
  flow?: CallflowRow;
  box?: VoicemailBoxRow;
}

/** The fields that differ. */
export function changedFields(before: UserForm, after: UserForm): (keyof UserForm)[] {
  return (Object.keys(after) as (keyof UserForm)[]).filter((key) => before[key].trim() !== after[key].trim());
}

/**
 * Bring a user from `before` to `after`. The callflow goes first: it is the one that refuses a taken extension; when a later step
 * fails, the earlier ones are put back. Throws Problem.
 */
export async function changeUser(account: string, user: UserDoc, belongings: Belongings, before: UserForm, after: UserForm): Promise<void> {
  const changed = new Set(changedFields(before, after));
  const undo: (() => Promise<unknown>)[] = [];
  const patch = async (path: string, body: object, back: object) => {
    await call("PATCH", path, { body });
    undo.push(() => call("PATCH", path, { body: back }));
  };
  const { flow, box } = belongings;
  const create = async (place: string, remove: (account: string, id: string) => string, body: object) => {
    const { data } = await call<{ id: string }>("PUT", place, { body });
    undo.push(() => call("DELETE", remove(account, data.id)));
    return data.id;
  };
  try {
    if (changed.has("extension") && !flow) {
      // A user who could not be called so far (such as a first administrator) gets what a new user gets.
      const name = `${after.firstName.trim()} ${after.lastName.trim()}`;
      const boxBody = { owner_id: user.id, mailbox: after.extension, name: `${name}'s VMBox` };
      const boxId = box?.id ?? (await create(urls.getCreateVoicemailBoxUrl(account), urls.getDeleteVoicemailBoxUrl, boxBody));
      await create(urls.getCreateCallflowUrl(account), urls.getDeleteCallflowUrl, userCallflow(user.id, name, after.extension, boxId));
    }
    if (changed.has("extension") && flow) {
      const numbers = before.extension
        ? flow.numbers.map((number) => (number === before.extension ? after.extension : number))
        : [after.extension, ...flow.numbers];
      await patch(urls.getPatchCallflowUrl(account, flow.id), { numbers }, { numbers: flow.numbers });
    }
    if (changed.has("extension") && box)
      await patch(urls.getPatchVoicemailBoxUrl(account, box.id), { mailbox: after.extension }, { mailbox: box.mailbox });
    const body: Record<string, unknown> = {};
    if (changed.has("firstName")) body.first_name = after.firstName.trim();
    if (changed.has("lastName")) body.last_name = after.lastName.trim();
    if (changed.has("email")) body.email = after.email.trim();
    if (changed.has("role")) body.priv_level = after.role;
    if (changed.has("extension")) body.presence_id = after.extension;
    if (changed.has("extension") || changed.has("firstName") || changed.has("lastName"))
      body.caller_id = { internal: { name: `${after.firstName.trim()} ${after.lastName.trim()}`, number: after.extension } };
    if (Object.keys(body).length > 0) await call("PATCH", urls.getPatchUserUrl(account, user.id), { body });
  } catch (cause) {
    for (const run of undo.toReversed()) {
      // oxlint-disable-next-line no-await-in-loop -- last changed, first put back
      await run();
    }
    throw cause;
  }
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
