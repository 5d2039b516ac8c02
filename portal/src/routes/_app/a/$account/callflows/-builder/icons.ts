/** The Tabler icons that module files name. One that is not here is drawn as a puzzle piece. */
import {
  IconAlertCircle, IconArrowForwardUp, IconArrowsSplit, IconArrowsSplit2, IconBell, IconBellRinging, IconBook, IconBuildingBroadcastTower, IconCalendarTime, IconClockPause, IconDeviceLandlinePhone,
  IconDialpad, IconEar, IconEraser, IconEyeOff, IconFilter, IconForms, IconGitBranch, IconHandStop, IconHourglass, IconId, IconIdBadge, IconKey, IconLanguage, IconList, IconListNumbers, IconLogin,
  IconLogout, IconMessage, IconMicrophone, IconMoonOff, IconMusic, IconNumber, IconParking, IconPhone, IconPhoneCalling, IconPhoneCheck, IconPhoneIncoming, IconPhoneOff, IconPhonePause, IconPhoneX,
  IconPlayerRecord, IconPuzzle, IconRecordMail, IconRepeat, IconRobot, IconShieldCheck, IconSpeakerphone, IconTransfer, IconUser, IconUserCheck, IconUsers, IconUsersGroup, IconVariable,
  IconVariablePlus, IconVolume, IconVolumeOff, IconWebhook, IconWorld, IconWorldShare, IconPhoneOutgoing, IconPhoneSpark, IconMail, IconPrinter, IconSwitchHorizontal, IconToggleLeft, IconUserShare,
  IconHeadset, IconUserPlus, IconUserSearch, IconUserX, IconBan, IconLock, IconPhoneCall, IconPhonePlus, IconVolume2, IconBroadcast, IconDoorEnter, IconMessageReport, IconPointer, IconRoute, IconTextCaption, IconLetterCase, IconBuilding, IconArrowGuide, IconDeviceMobileShare, IconMicrophone2, IconPoint, IconUsersPlus, IconAddressBook, IconArrowBearRight, IconArrowFork, IconBellOff, IconBulb, IconDialpadFilled, IconIdBadge2, IconListSearch, IconMailForward, IconMessage2Share, IconPlaylist, IconReport, IconUserQuestion, IconUsersMinus, IconDoor, IconPresentation, IconDeviceSpeaker, IconUserShield, IconPhoneRinging, IconStack2, IconListCheck, IconArmchair, IconDesk, type Icon,
} from "@tabler/icons-react";
import { createElement } from "react";

const ICONS: Record<string, Icon> = {
  "alert-circle": IconAlertCircle, "arrow-forward-up": IconArrowForwardUp, "arrows-split": IconArrowsSplit, "arrows-split-2": IconArrowsSplit2, bell: IconBell, "bell-ringing": IconBellRinging,
  book: IconBook, broadcast: IconBroadcast, "building-broadcast-tower": IconBuildingBroadcastTower, "calendar-time": IconCalendarTime, "clock-pause": IconClockPause,
  "device-landline-phone": IconDeviceLandlinePhone, dialpad: IconDialpad, ear: IconEar, eraser: IconEraser, "eye-off": IconEyeOff, filter: IconFilter, forms: IconForms, "git-branch": IconGitBranch,
  "hand-stop": IconHandStop, hourglass: IconHourglass, id: IconId, "id-badge": IconIdBadge, key: IconKey, language: IconLanguage, list: IconList, "list-numbers": IconListNumbers, login: IconLogin,
  logout: IconLogout, message: IconMessage, "message-report": IconMessageReport, microphone: IconMicrophone, "moon-off": IconMoonOff, music: IconMusic, number: IconNumber, parking: IconParking,
  phone: IconPhone, "phone-call": IconPhoneCall, "phone-calling": IconPhoneCalling, "phone-check": IconPhoneCheck, "phone-incoming": IconPhoneIncoming, "phone-off": IconPhoneOff,
  "phone-outgoing": IconPhoneOutgoing, "phone-pause": IconPhonePause, "phone-plus": IconPhonePlus, "phone-spark": IconPhoneSpark, "phone-x": IconPhoneX, "player-record": IconPlayerRecord,
  puzzle: IconPuzzle, "record-mail": IconRecordMail, repeat: IconRepeat, robot: IconRobot, route: IconRoute, "shield-check": IconShieldCheck, speakerphone: IconSpeakerphone,
  "switch-horizontal": IconSwitchHorizontal, "toggle-left": IconToggleLeft, transfer: IconTransfer, user: IconUser, "user-check": IconUserCheck, "user-plus": IconUserPlus, "user-search": IconUserSearch,
  "user-share": IconUserShare, "user-x": IconUserX, users: IconUsers, "users-group": IconUsersGroup, variable: IconVariable, "variable-plus": IconVariablePlus, volume: IconVolume, "volume-2": IconVolume2,
  "volume-off": IconVolumeOff, webhook: IconWebhook, world: IconWorld, "world-share": IconWorldShare, mail: IconMail, printer: IconPrinter, headset: IconHeadset, ban: IconBan, lock: IconLock,
  "door-enter": IconDoorEnter, pointer: IconPointer, "text-caption": IconTextCaption, "letter-case": IconLetterCase, building: IconBuilding,
  "arrow-guide": IconArrowGuide, "device-mobile-share": IconDeviceMobileShare, "microphone-2": IconMicrophone2, point: IconPoint, "users-plus": IconUsersPlus,
  "address-book": IconAddressBook, "arrow-bear-right": IconArrowBearRight, "arrow-fork": IconArrowFork, "bell-off": IconBellOff, bulb: IconBulb, "dialpad-filled": IconDialpadFilled, "id-badge-2": IconIdBadge2, "list-search": IconListSearch, "mail-forward": IconMailForward, "message-2-share": IconMessage2Share, playlist: IconPlaylist, report: IconReport, "user-question": IconUserQuestion, "users-minus": IconUsersMinus, door: IconDoor, presentation: IconPresentation, "device-speaker": IconDeviceSpeaker, "user-shield": IconUserShield, "phone-ringing": IconPhoneRinging, "stack-2": IconStack2, "list-check": IconListCheck, armchair: IconArmchair, desk: IconDesk,
};

const iconOf = (name: string | undefined): Icon => (name && ICONS[name]) || IconPuzzle;

/** The icon of a module. */
export const ModuleIcon = ({ name, size = 18 }: { name: string | undefined; size?: number }) => createElement(iconOf(name), { size, stroke: 1.6, "aria-hidden": true });
