/**
 * Makes a user the way SmartPBX does: user, voicemail box, callflow, directory entry, device, in this order.
 * When a step fails, what was made before is removed again, last first, and the error says which step it was.
 */
import { call, type CallflowRow, Problem, urls, type VoicemailBoxRow } from "@/api";

import { takenExtensions } from "./-extension";
import { deviceSecret, portalPassword, voicemailPin } from "./-secret";

export interface NewUser {
  firstName: string;
  lastName: string;
  email: string;
  extension: string;
  /** A direct number, or empty. */
  number: string;
  role: "user" | "admin";
  /** Empty: no device. */
  deviceName: string;
  deviceType: "sip_device" | "softphone";
  /** Mail a link by which the user comes in and chooses a password. */
  invite: boolean;
}

export const STEPS = ["check", "users", "vmboxes", "callflows", "directories", "devices"] as const;
export type Step = (typeof STEPS)[number];

/** Where a document of each kind is made and removed. */
const PLACES = {
  users: [urls.getCreateUserUrl, urls.getDeleteUserUrl],
  vmboxes: [urls.getCreateVoicemailBoxUrl, urls.getDeleteVoicemailBoxUrl],
  callflows: [urls.getCreateCallflowUrl, urls.getDeleteCallflowUrl],
  directories: [urls.getCreateDirectorieUrl, urls.getDeleteDirectorieUrl],
  devices: [urls.getCreateDeviceUrl, urls.getDeleteDeviceUrl],
} as const;

export interface Created {
  userId: string;
  userName: string;
  /** Undefined: the user was invited and chooses one. */
  password: string | undefined;
  extension: string;
  pin: string;
  device?: { name: string; username: string; password: string };
}

interface Doc {
  id: string;
}

export class CreateFailed extends Error {
  /** `leftovers` are documents, as "collection/id", that could not be removed again. */
  constructor(
    readonly step: Step,
    override readonly cause: unknown,
    readonly leftovers: string[],
  ) {
    super(`creating a user failed at ${step}`);
    this.name = "CreateFailed";
  }
}

const DIRECTORY = "SmartPBX Directory";

/** Create all of it in `account`; `onStep` hears what is being done. Throws CreateFailed. */
export async function createUser(account: string, form: NewUser, onStep: (step: Step) => void): Promise<Created> {
  const undo: { what: string; run: () => Promise<unknown> }[] = [];
  let step: Step = "check";
  const enter = (next: Step) => {
    step = next;
    onStep(next);
  };
  const put = async (collection: keyof typeof PLACES, body: object): Promise<Doc> => {
    enter(collection);
    const [create, remove] = PLACES[collection];
    const { data } = await call<Doc>("PUT", create(account), { body });
    undo.push({ what: `${collection}/${data.id}`, run: () => call("DELETE", remove(account, data.id)) });
    return data;
  };

  const name = `${form.firstName} ${form.lastName}`;
  const [pin, password] = [voicemailPin(), portalPassword()];
  try {
    enter("check");
    await assertFree(account, form.extension);
    const user = await put("users", {
      first_name: form.firstName,
      last_name: form.lastName,
      username: form.email,
      email: form.email,
      password,
      priv_level: form.role,
      presence_id: form.extension,
      caller_id: { internal: { name, number: form.extension } },
      vm_to_email_enabled: true,
      send_email_on_creation: form.invite,
    });
    const box = await put("vmboxes", { owner_id: user.id, mailbox: form.extension, name: `${name}'s VMBox`, pin });
    const flow = await put("callflows", userCallflow(user.id, name, form.extension, box.id, form.number ? [form.number] : []));
    enter("directories");
    const { data: directories } = await call<(Doc & { name: string })[]>("GET", urls.getListDirectoriesUrl(account), { query: { paginate: false } });
    const directory =
      directories.find((row) => row.name === DIRECTORY) ??
      (await put("directories", { name: DIRECTORY, confirm_match: false, max_dtmf: 0, min_dtmf: 3, sort_by: "last_name" }));
    await call("PATCH", urls.getPatchUserUrl(account, user.id), { body: { directories: { [directory.id]: flow.id } } });
    const device = form.deviceName ? await addDevice(account, user.id, form.deviceName, form.deviceType, put) : undefined;
    return { userId: user.id, userName: form.email, password: form.invite ? undefined : password, extension: form.extension, pin, device };
  } catch (cause) {
    throw new CreateFailed(step, cause, await takeBack(undo));
  }
}

/** The route to a user: ring its devices for 20 s, then its voicemail box (the document SmartPBX makes). */
export function userCallflow(user: string, name: string, extension: string, box: string, direct: readonly string[] = []): object {
  return {
    name: `${name} SmartPBX's Callflow`,
    numbers: [extension, ...direct],
    owner_id: user,
    type: "mainUserCallflow",
    flow: {
      module: "user",
      data: { id: user, can_call_self: false, timeout: 20 },
      children: { _: { module: "voicemail", data: { id: box }, children: {} } },
    },
  };
}

/** Create a device with a secret of its own, and return that secret: nobody is shown it again. */
export async function addDevice(
  account: string,
  owner: string,
  name: string,
  type: NewUser["deviceType"],
  put: (collection: "devices", body: object) => Promise<unknown> = (_, body) => call("PUT", urls.getCreateDeviceUrl(account), { body }),
): Promise<{ name: string; username: string; password: string }> {
  const secret = deviceSecret();
  await put("devices", { name, owner_id: owner, device_type: type, enabled: true, sip: { ...secret, method: "password" } });
  return { name, ...secret };
}

async function assertFree(account: string, extension: string): Promise<void> {
  const query = { paginate: false };
  const [flows, boxes] = await Promise.all([
    call<CallflowRow[]>("GET", urls.getListCallflowsUrl(account), { query }),
    call<VoicemailBoxRow[]>("GET", urls.getListVmboxesUrl(account), { query }),
  ]);
  if (takenExtensions(flows.data, boxes.data).has(extension)) throw new Problem(400, "taken", { extension: "taken" }, null);
}

async function takeBack(undo: { what: string; run: () => Promise<unknown> }[]): Promise<string[]> {
  const leftovers: string[] = [];
  for (const { what, run } of undo.toReversed()) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- last made, first removed
      await run();
    } catch {
      leftovers.push(what);
    }
  }
  return leftovers;
}

const FIELDS: Record<string, keyof NewUser> = {
  first_name: "firstName",
  last_name: "lastName",
  username: "email",
  email: "email",
  numbers: "extension",
  mailbox: "extension",
  extension: "extension",
  presence_id: "extension",
  priv_level: "role",
};

/** Put the API's field messages on the form's fields; a field the form lacks is dropped (the general text then stands). */
export function formErrors(cause: unknown): Partial<Record<keyof NewUser, string>> {
  if (!(cause instanceof Problem)) return {};
  const result: Partial<Record<keyof NewUser, string>> = {};
  for (const [field, message] of Object.entries(cause.fields)) {
    const mine = FIELDS[field] ?? FIELDS[field.split(".")[0] ?? ""];
    if (mine && !result[mine]) result[mine] = message;
  }
  return result;
}
