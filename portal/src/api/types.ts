/** The documents and list rows the portal reads, with the fields it uses. Unknown keys stay untouched: changes are PATCHes. */

export interface Account {
  id: string;
  name: string;
  realm: string;
  enabled?: boolean;
  timezone?: string;
  country?: string;
  language?: string;
  is_reseller?: boolean;
  superduper_admin?: boolean;
}

export interface AccountRow {
  id: string;
  name: string;
  realm: string;
  descendants_count: number;
}

export interface UserRow {
  id: string;
  first_name: string;
  last_name: string;
  username?: string;
  email?: string;
  priv_level?: "user" | "admin";
  presence_id?: string;
  features: string[];
}

export interface UserDoc extends Omit<UserRow, "features"> {
  enabled?: boolean;
  language?: string;
  timezone?: string;
  caller_id?: { internal?: { name?: string; number?: string } };
  directories?: Record<string, string>;
}

export interface DeviceRow {
  id: string;
  name: string;
  owner_id?: string;
  enabled?: boolean;
  device_type?: string;
  registered?: boolean;
}

export interface DeviceDoc extends DeviceRow {
  sip: { username: string; password?: string; realm?: string };
}

export interface CallflowRow {
  id: string;
  name?: string;
  type?: string;
  numbers: string[];
  owner_id?: string;
  group_id?: string;
  featurecode?: false | Record<string, string>;
}

export interface VoicemailBoxRow {
  id: string;
  name: string;
  mailbox: string;
  owner_id?: string;
  messages: number;
}

export interface NumberRow {
  state: string;
  used_by?: string;
}

export interface Channel {
  uuid: string;
  answered?: boolean;
  direction?: string;
  destination?: string;
  other_leg?: string;
  owner_id?: string;
  presence_id?: string;
  timestamp?: number;
  username?: string;
  caller_id_name?: string;
  caller_id_number?: string;
}

export interface Cdr {
  id: string;
  call_id: string;
  interaction_id?: string;
  timestamp: number;
  duration_seconds: number;
  ringing_seconds?: number;
  billing_seconds?: number;
  call_direction?: string;
  caller_id_name?: string;
  caller_id_number?: string;
  callee_id_name?: string;
  callee_id_number?: string;
  from?: string;
  to?: string;
  dialed_number?: string;
  hangup_cause?: string;
}
