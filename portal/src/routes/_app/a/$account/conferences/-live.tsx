/** Who is in a room now, and what one may do: mute, remove, lock, end for all. Asked again every few seconds while it is shown. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconLock, IconLockOpen, IconMicrophone, IconMicrophoneOff, IconUserX } from "@tabler/icons-react";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { call, docQuery, urls } from "@/api";
import { clock } from "@/ui/audio/wave";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { Section } from "@/ui/form/setting";
import { Only, useMay } from "@/ui/may";
import { readable } from "@/ui/phone-number";

import classes from "./-conferences.module.css";

interface Participant {
  participant_id: number;
  caller_id_name?: string;
  caller_id_number?: string;
  is_moderator?: boolean;
  mute?: boolean;
  waiting?: boolean;
  duration?: number;
}

interface Live {
  id: string;
  _read_only?: { is_locked?: boolean; members?: number; moderators?: number };
}

const EVERY_MS = 3_000;

const participantsQuery = (account: string, room: string) =>
  queryOptions({
    queryKey: ["account", account, "conferences", room, "participants"],
    queryFn: async ({ signal }) => (await call<Participant[]>("GET", `${urls.getGetConferenceUrl(account, room)}/participants`, { signal })).data,
    refetchInterval: EVERY_MS,
  });

export function LiveRoom({ account, room }: { account: string; room: string }) {
  const { t } = useTranslation(["conferences", "ui"]);
  const client = useQueryClient();
  const may = useMay()("conferences.moderate");
  const people = useQuery(participantsQuery(account, room)).data ?? [];
  const locked = useQuery({ ...docQuery<Live>(account, "conferences", room), refetchInterval: EVERY_MS }).data?._read_only?.is_locked ?? false;
  if (people.length === 0) return null;
  const base = urls.getGetConferenceUrl(account, room);
  const act = async (url: string, action: string, told?: string) => {
    try {
      await call("PUT", url, { body: { action } });
      if (told) tellDone(told);
    } catch (error) {
      tellFailure(error);
    } finally {
      await client.invalidateQueries({ queryKey: ["account", account, "conferences", room] });
    }
  };
  const lock = (
    <Button variant="default" size="compact-sm" leftSection={locked ? <IconLockOpen size={14} stroke={1.6} /> : <IconLock size={14} stroke={1.6} />} onClick={() => void act(base, locked ? "unlock" : "lock", t(locked ? "live.unlocked" : "live.locked"))}>
      {t(locked ? "live.unlock" : "live.lock")}
    </Button>
  );
  return (
    <Section title={t("live.title", { count: people.length })} help={locked ? t("live.lockedHelp") : undefined} action={may && lock}>
      <ul className={classes.people}>
        {people.map((one) => {
          const number = one.caller_id_number ?? "";
          const name = one.caller_id_name && one.caller_id_name !== number ? one.caller_id_name : readable(number) || t("live.unknown");
          const place = `${base}/participants/${one.participant_id}`;
          const Symbol = one.mute ? IconMicrophoneOff : IconMicrophone;
          return (
            <li key={one.participant_id}>
              <span className={classes.person}>
                {name}
                <small>{[one.is_moderator && t("live.moderator"), one.waiting && t("live.waiting"), one.mute && t("live.muted")].filter(Boolean).join(" · ")}</small>
              </span>
              <span className="tabular">{clock(one.duration ?? 0)}</span>
              <Only may="conferences.moderate">
                <Tooltip label={t(one.mute ? "live.unmute" : "live.mute")}>
                  <ActionIcon variant="subtle" color="gray" size={32} aria-label={t(one.mute ? "live.unmuteNamed" : "live.muteNamed", { name })} onClick={() => void act(place, one.mute ? "unmute" : "mute")}>
                    <Symbol size={16} stroke={1.6} />
                  </ActionIcon>
                </Tooltip>
              </Only>
              <Only may="conferences.moderate">
                <Tooltip label={t("live.kick")}>
                  <ActionIcon variant="subtle" color="gray" size={32} aria-label={t("live.kickNamed", { name })} onClick={() => void act(place, "kick", t("live.kicked", { name }))}>
                    <IconUserX size={16} stroke={1.6} />
                  </ActionIcon>
                </Tooltip>
              </Only>
            </li>
          );
        })}
      </ul>
      <div className={classes.bar}>
        <Only may="conferences.moderate">
          <Button variant="default" onClick={() => void act(`${base}/participants`, "mute", t("live.allMuted"))}>
            {t("live.muteAll")}
          </Button>
        </Only>
      </div>
    </Section>
  );
}
