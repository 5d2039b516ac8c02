/** Conference: the number that asks for room and PIN, and the rooms behind it. */
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { docQuery, listQuery, removeDoc, usersQuery } from "@/api";
import { CONFERENCE } from "@/pbx/main-service";
import { ServiceNumbers } from "@/pbx/service-numbers";
import { useModules } from "@/pbx/use-modules";
import { ErrorState } from "@/ui/error-state";
import { userName } from "@/ui/frame/palette-entries";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-conferences.module.css";
import { LiveRoom } from "./-live";
import { type Room, RoomForm } from "./-room-form";

export const Route = createFileRoute("/_app/a/$account/conferences/")({ validateSearch: listSearch, component: Conferences });

interface RoomRow {
  id: string;
  name: string;
  owner_id?: string;
  member?: { numbers?: string[] };
}

const NEW: Room = { id: "", name: "", member: { numbers: [], pins: [], join_muted: false }, moderator: { pins: [] } };

function Conferences() {
  const { t } = useTranslation(["conferences", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const rooms = useQuery(listQuery<RoomRow>(account, "conferences"));
  const users = useQuery(usersQuery(account)).data ?? [];
  const owner = new Map(users.map((user) => [user.id, userName(user)]));
  const columns: Column<RoomRow>[] = [
    { id: "name", title: t("column.name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "number", title: t("column.number"), cell: (row) => row.member?.numbers?.join(", ") || "–", value: (row) => row.member?.numbers?.join(" ") ?? "", width: "160px" },
    { id: "owner", title: t("column.owner"), cell: (row) => owner.get(row.owner_id ?? "") ?? t("shared"), value: (row) => owner.get(row.owner_id ?? "") ?? "", wide: true },
  ];
  const { open } = search;
  return (
    <ListPage
      list="conferences"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={rooms.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => `${row.name} ${row.member?.numbers?.join(" ") ?? ""} ${owner.get(row.owner_id ?? "") ?? ""}`}
      search={search}
      onSearch={change}
      error={rooms.error}
      onRetry={() => void rooms.refetch()}
      bulk={{ account, remove: { run: (row) => removeDoc(account, "conferences", row.id), what: t("removeHelp") } }}
      empty={{ icon: IconUsersGroup, title: t("empty.title"), text: t("empty.text") }}
      lead={<ServiceNumbers account={account} service={CONFERENCE} title={t("numbers.title")} help={t("numbers.help")} empty={t("numbers.none")} effect={t("numbers.saved")} greeting={{ title: t("greeting.title"), help: t("greeting.help"), none: t("greeting.none"), change: t("greeting.change") }} />}
    >
      <SidePanel opened={open !== undefined} onClose={() => change({ open: undefined })} title={open === "new" ? t("new") : (rooms.data?.find(({ id }) => id === open)?.name ?? " ")}>
        {open === "new" && <RoomForm account={account} room={NEW} onDone={(id) => change({ open: id })} onGone={() => change({ open: undefined })} />}
        {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={() => change({ open: undefined })} />}
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const modules = useModules();
  const room = useQuery(docQuery<Room>(account, "conferences", id));
  if (room.error) return <ErrorState error={room.error} onRetry={() => void room.refetch()} />;
  if (!room.data) return <Skeleton width={200} />;
  return (
    <div className={classes.stack}>
      {modules?.has("conference") && <LiveRoom account={account} room={id} />}
      <RoomForm account={account} room={room.data} onDone={() => undefined} onGone={onGone} />
    </div>
  );
}
