/** A user's features as tiles that switch on in place; a tile that needs to know more opens its form. */
import { Button, Switch } from "@mantine/core";
import { IconArrowForwardUp, IconArrowLeft, IconBellOff, IconDeviceLandlinePhone, IconId, IconMusic, IconRecordMail, IconTimeline, IconUsersGroup, IconVinyl, type Icon } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { docQuery, listQuery, type UserDoc } from "@/api";
import { findMeOf } from "@/pbx/find-me";
import type { Callflow } from "@/pbx/nodes";
import { useModules } from "@/pbx/use-modules";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { useMay } from "@/ui/may";
import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";

import type { Person } from "../-rows";
import { type Box, type FeatureContext, isOn, type Room, toggle } from "./context";
import classes from "./features.module.css";
import { ConferenceForm, FindMeForm, VoicemailForm } from "./flow-forms";
import { CallerIdForm, DisturbForm, ForwardForm, HotdeskForm, MusicForm, RecordingForm } from "./forms";
import { type Feature, FEATURES } from "./names";

const ICONS: Record<Feature, Icon> = {
  forward: IconArrowForwardUp,
  findMe: IconTimeline,
  disturb: IconBellOff,
  voicemail: IconRecordMail,
  callerId: IconId,
  hotdesk: IconDeviceLandlinePhone,
  conference: IconUsersGroup,
  music: IconMusic,
  recording: IconVinyl,
};

const FORMS: Record<Feature, (context: FeatureContext) => React.ReactNode> = {
  forward: ForwardForm,
  findMe: FindMeForm,
  disturb: DisturbForm,
  voicemail: VoicemailForm,
  callerId: CallerIdForm,
  hotdesk: HotdeskForm,
  conference: ConferenceForm,
  music: MusicForm,
  recording: RecordingForm,
};

/** What the call path must know for a feature to do anything; the others are part of every ring. */
const NEEDS: Partial<Record<Feature, string>> = { hotdesk: "hotdesk", conference: "conference", recording: "record_call" };

interface Props {
  account: string;
  person: Person;
  user: UserDoc;
  feature: Feature | undefined;
  onFeature: (feature: Feature | undefined) => void;
}

export function Features({ account, person, user, feature, onFeature }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const client = useQueryClient();
  const modules = useModules();
  const flow = useQuery(docQuery<Callflow>(account, "callflows", person.flow?.id ?? ""));
  const box = useQuery(docQuery<Box>(account, "vmboxes", person.box?.id ?? ""));
  const rooms = useQuery(listQuery<Room>(account, "conferences", { filter_owner_id: user.id }));
  const room = useQuery(docQuery<Room>(account, "conferences", rooms.data?.[0]?.id ?? ""));
  const waiting = (person.flow && !flow.data) || (person.box && !box.data) || !rooms.data || (rooms.data.length > 0 && !room.data);
  if (waiting) return <Skeleton width={240} />;
  const context: FeatureContext = { account, person, user, client, devices: person.devices, flow: flow.data, box: box.data, room: rooms.data.length ? room.data : undefined };

  if (feature) {
    const FeatureForm = FORMS[feature];
    return (
      <>
        <div className={classes.back}>
          <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconArrowLeft size={16} stroke={1.6} />} onClick={() => onFeature(undefined)}>
            {t("feature.back")}
          </Button>
          <h3>{t(`feature.${feature}.name`)}</h3>
        </div>
        <FeatureForm {...context} />
      </>
    );
  }
  return (
    <ul className={classes.tiles}>
      {FEATURES.filter((one) => !NEEDS[one] || modules?.has(NEEDS[one])).map((one) => (
        <Tile key={one} feature={one} context={context} onOpen={() => onFeature(one)} />
      ))}
    </ul>
  );
}

/** What a tile says under its name. */
function useLine(feature: Feature, context: FeatureContext): string {
  const { t } = useTranslation(["users", "ui"]);
  const { user, flow, room } = context;
  if (!isOn(feature, context)) return t(`feature.${feature}.offLine`);
  if (feature === "forward") return t(user.call_forward?.failover ? "feature.forward.failoverLine" : "feature.forward.onLine", { number: readable(user.call_forward?.number ?? "") });
  if (feature === "findMe") return t("feature.findMe.onLine", { count: findMeOf(flow?.flow)?.length ?? 0 });
  if (feature === "callerId") return readable(user.caller_id?.external?.number ?? "");
  if (feature === "hotdesk") return t("feature.hotdesk.onLine", { id: user.hotdesk?.id });
  if (feature === "conference") return t("feature.conference.onLine", { number: room?.member?.numbers?.[0] ?? "–" });
  return t(`feature.${feature}.onLine`);
}

function Tile({ feature, context, onOpen }: { feature: Feature; context: FeatureContext; onOpen: () => void }) {
  const { t } = useTranslation(["users", "ui"]);
  const may = useMay()("users.update");
  const [wanted, setWanted] = useState<boolean | null>(null);
  const on = isOn(feature, context);
  const line = useLine(feature, context);
  const Symbol = ICONS[feature];
  const name = t(`feature.${feature}.name`);

  const flip = async (next: boolean) => {
    setWanted(next);
    try {
      if (await toggle(feature, context, next)) tellDone(t(next ? "feature.switchedOn" : "feature.switchedOff", { feature: name }), () => void flip(!next));
      else onOpen();
    } catch (error) {
      tellFailure(error);
    } finally {
      setWanted(null);
    }
  };
  return (
    <li className={classes.tile} data-on={on || undefined}>
      <button type="button" className={classes.open} onClick={onOpen}>
        <Symbol size={20} stroke={1.6} aria-hidden />
        <span className={classes.name}>{name}</span>
        <span className={classes.line}>{line}</span>
      </button>
      <Switch size="sm" className={classes.switch} checked={wanted ?? on} disabled={wanted !== null || !may} onChange={(event) => void flip(event.currentTarget.checked)} aria-label={name} />
    </li>
  );
}
