/** Devices: everything that can ring, whose it is, and whether it is online. */
import { Select } from "@mantine/core";
import { IconDeviceLandlinePhone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, call, type DeviceRow, devicesQuery, docQuery, patchDoc, removeDoc, urls, usersQuery } from "@/api";
import type { DeviceDoc } from "@/pbx/devices";
import { ErrorState } from "@/ui/error-state";
import { userName } from "@/ui/frame/palette-entries";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { usePollingInterval } from "@/ui/live";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";
import { StateDot, type Tone } from "@/ui/state-dot";

import type { AccessList } from "../accounts/-entry/access-list";
import { type Secret, SecretDialog } from "../users/-secret-dialog";

const DeviceForm = lazy(async () => ({ default: (await import("./-device-form")).DeviceForm }));

const STATES = ["online", "offline", "outside", "disabled"] as const;
type State = (typeof STATES)[number];
const TONES: Record<State, Tone> = { online: "good", offline: "warn", outside: "off", disabled: "off" };

interface Search extends ListSearch {
  state?: State;
  /** Whose a new device is. */
  owner?: string;
}

export const Route = createFileRoute("/_app/a/$account/devices/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ ...listSearch(search), state: STATES.find((one) => one === search.state), owner: typeof search.owner === "string" ? search.owner : undefined }),
  component: Devices,
});

function stateOf(row: DeviceRow): State {
  if (row.enabled === false) return "disabled";
  if (["cellphone", "landline", "sip_uri"].includes(row.device_type ?? "")) return "outside";
  return row.registered ? "online" : "offline";
}

function Devices() {
  const { t } = useTranslation(["devices", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const devices = useQuery({ ...devicesQuery(account), refetchInterval: usePollingInterval(15_000) });
  const users = useQuery(usersQuery(account)).data ?? [];
  const realm = useQuery(accountQuery(account)).data?.realm ?? "";
  const [secret, setSecret] = useState<Secret | null>(null);
  const owner = new Map(users.map((user) => [user.id, userName(user)]));
  const kind = (row: DeviceRow) => t(`kinds.${(row.device_type ?? "sip_device") as "sip_device"}`, { defaultValue: row.device_type ?? "" });
  const columns: Column<DeviceRow>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "state", title: t("column.state"), cell: (row) => <StateDot tone={TONES[stateOf(row)]}>{t(`state.${stateOf(row)}`)}</StateDot>, value: (row) => t(`state.${stateOf(row)}`), width: "160px" },
    { id: "owner", title: t("owner"), cell: (row) => owner.get(row.owner_id ?? "") ?? t("shared"), value: (row) => owner.get(row.owner_id ?? "") ?? "" },
    { id: "kind", title: t("kind"), cell: kind, value: kind, width: "144px", wide: true },
    { id: "username", title: t("column.username"), cell: (row) => row.username || "–", value: (row) => row.username ?? "", wide: true },
    { id: "mac", title: t("column.mac"), cell: (row) => row.mac_address || "–", value: (row) => row.mac_address ?? "", width: "160px", wide: true },
  ];
  const { open, state, owner: preset } = search;
  const close = () => change({ open: undefined, owner: undefined });
  const shared = {
    account,
    onGone: close,
    onSecret: (device: { name: string; username: string; password: string }) => setSecret({ kind: "device", lines: [], device: { ...device, realm } }),
  };
  return (
    <ListPage
      list="devices"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={devices.data?.filter((row) => !state || stateOf(row) === state)}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => [row.name, row.username, row.mac_address, kind(row), owner.get(row.owner_id ?? "")].join(" ")}
      search={search}
      onSearch={change}
      error={devices.error}
      onRetry={() => void devices.refetch()}
      bulk={{
        account,
        actions: ([false, true] as const).map((enabled) => ({
          label: t(enabled ? "bulk.on" : "bulk.off"),
          run: (row: DeviceRow) => patchDoc(account, "devices", row.id, { enabled }),
          undo: (row: DeviceRow) => patchDoc(account, "devices", row.id, { enabled: row.enabled !== false }),
          done: (count: number) => t(enabled ? "bulk.areOn" : "bulk.areOff", { count }),
        })),
        remove: { run: (row) => removeDoc(account, "devices", row.id), what: t("removeHelp") },
      }}
      empty={{ icon: IconDeviceLandlinePhone, title: t("empty.title"), text: t("empty.text") }}
      filters={<Select aria-label={t("column.state")} placeholder={t("anyState")} clearable w={176} value={state ?? null} onChange={(value) => change({ state: STATES.find((one) => one === value) })} data={STATES.map((value) => ({ value, label: t(`state.${value}`) }))} />}
    >
      <SidePanel opened={open !== undefined} onClose={close} title={open === "new" ? t("new") : (devices.data?.find(({ id }) => id === open)?.name ?? " ")}>
        <Suspense>
          {open === "new" && <DeviceForm {...shared} device={undefined} owner={preset} onDone={(id) => change({ open: id })} />}
          {open && open !== "new" && <Existing key={open} {...shared} id={open} />}
        </Suspense>
      </SidePanel>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </ListPage>
  );
}

function Existing({ id, ...shared }: { account: string; id: string; onGone: () => void; onSecret: (device: { name: string; username: string; password: string }) => void }) {
  const device = useQuery(docQuery<DeviceDoc>(shared.account, "devices", id));
  const networks = useQuery({ queryKey: ["account", shared.account, "devices", id, "access_lists"], queryFn: async ({ signal }) => (await call<AccessList>("GET", urls.getGetDeviceAccessListUrl(shared.account, id), { signal })).data });
  const failed = [device, networks].find(({ error }) => error);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  return device.data && networks.data ? <DeviceForm {...shared} device={device.data} networks={networks.data} onDone={() => undefined} /> : <Skeleton width={200} />;
}
