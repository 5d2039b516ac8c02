/** The documents and list rows the portal reads, with the fields it uses. Unknown keys stay untouched: changes are PATCHes. */

export interface Account {
  id: string;
  name: string;
  realm: string;
  enabled?: boolean;
  timezone?: string;
  country?: string;
  language?: string;
  caller_id?: Partial<Record<"internal" | "external" | "emergency", { name?: string; number?: string }>>;
  music_on_hold?: { media_id?: string };
  is_reseller?: boolean;
  superduper_admin?: boolean;
  /** Gregorian seconds. */
  created?: number;
  contact?: { billing?: Partial<Record<"street_address" | "street_address_extra" | "locality" | "region" | "postal_code" | "country", string>> };
  call_restriction?: Record<string, { action?: "inherit" | "deny" }>;
}

export interface AccountRow {
  id: string;
  name: string;
  realm: string;
  descendants_count: number;
  is_reseller?: boolean;
  enabled?: boolean;
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
  admin_type?: string;
  caller_id?: Partial<Record<"internal" | "external" | "emergency", { name?: string | null; number?: string | null }>>;
  directories?: Record<string, string>;
  call_forward?: {
    enabled?: boolean;
    number?: string;
    substitute?: boolean;
    failover?: boolean;
    direct_calls_only?: boolean;
    keep_caller_id?: boolean;
    require_keypress?: boolean;
  };
  hotdesk?: { enabled?: boolean; id?: string; pin?: string; require_pin?: boolean; keep_logged_in_elsewhere?: boolean };
  do_not_disturb?: { enabled?: boolean };
  music_on_hold?: { media_id?: string | null };
  call_recording?: Partial<Record<"inbound" | "outbound", Partial<Record<"onnet" | "offnet", { enabled?: boolean }>>>>;
  vm_to_email_enabled?: boolean;
  smartpbx?: Record<string, { enabled?: boolean }>;
}

export interface DeviceRow {
  id: string;
  name: string;
  owner_id?: string;
  enabled?: boolean;
  device_type?: string;
  registered?: boolean;
  username?: string;
  mac_address?: string;
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
  features?: string[];
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

/** How one direction of a leg sounded. `mos`: 1 to 4.4; all but the packets are absent when nobody measured. */
export interface Sound {
  packets: number;
  loss_percent?: number;
  jitter_ms?: number;
  round_trip_ms?: number;
  mos?: number;
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
  quality?: { received?: Sound; sent?: Sound };
}
