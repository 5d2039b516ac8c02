/** Makes a wrong key a type error: the English words are the model of both languages. */
import "i18next";

import type invoices from "../routes/_app/a/$account/invoices/-en.json";
import type buy from "../routes/_app/a/$account/buy/-en.json";
import type porting from "../routes/_app/a/$account/porting/-en.json";
import type trunks from "../routes/_app/a/$account/trunks/-en.json";
import type rates from "../routes/_app/a/$account/rates/-en.json";
import type plans from "../routes/_app/a/$account/plans/-en.json";
import type inventory from "../routes/_app/a/$account/inventory/-en.json";
import type overview from "../routes/_app/a/$account/overview/-en.json";
import type customer from "../routes/_app/a/$account/accounts/-customer/-en.json";
import type wizard from "../routes/_app/a/$account/accounts/-wizard/-en.json";
import type accounts from "../routes/_app/a/$account/accounts/-en.json";
import type calls from "../routes/_app/a/$account/calls/-en.json";
import type callflows from "../routes/_app/a/$account/callflows/-en.json";
import type menus from "../routes/_app/a/$account/menus/-en.json";
import type media from "../routes/_app/a/$account/media/-en.json";
import type schedules from "../routes/_app/a/$account/schedules/-en.json";
import type dashboard from "../routes/_app/a/$account/dashboard/-en.json";
import type mainNumber from "../routes/_app/a/$account/main-number/-en.json";
import type conferences from "../routes/_app/a/$account/conferences/-en.json";
import type groups from "../routes/_app/a/$account/groups/-en.json";
import type devices from "../routes/_app/a/$account/devices/-en.json";
import type voicemail from "../routes/_app/a/$account/voicemail/-en.json";
import type numbers from "../routes/_app/a/$account/numbers/-en.json";
import type callerId from "../routes/_app/a/$account/caller-id/-en.json";
import type music from "../routes/_app/a/$account/music/-en.json";
import type featureCodes from "../routes/_app/a/$account/feature-codes/-en.json";
import type settings from "../routes/_app/a/$account/settings/-en.json";
import type users from "../routes/_app/a/$account/users/-en.json";
import type signIn from "../routes/sign-in/-en.json";
import type access from "../access/-en.json";
import type security from "../routes/_app/a/$account/security/-en.json";
import type importUsers from "../routes/_app/a/$account/users/import/-en.json";
import type fraud from "../routes/_app/a/$account/accounts/-fraud/-en.json";
import type deleted from "../routes/_app/a/$account/accounts/deleted/-en.json";
import type entry from "../routes/_app/a/$account/accounts/-entry/-en.json";
import type forgot from "../routes/forgot/-en.json";
import type office from "../office/-en.json";
import type welcome from "../routes/welcome/-welcome/-en.json";
import type ui from "../ui/-en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "ui";
    resources: {
      ui: typeof ui;
      access: typeof access;
      security: typeof security;
      forgot: typeof forgot;
      deleted: typeof deleted;
      entry: typeof entry;
      fraud: typeof fraud;
      import: typeof importUsers;
      office: typeof office;
      welcome: typeof welcome;
      "sign-in": typeof signIn;
      overview: typeof overview;
      inventory: typeof inventory;
      plans: typeof plans;
      rates: typeof rates;
      trunks: typeof trunks;
      buy: typeof buy;
      porting: typeof porting;
      invoices: typeof invoices;
      customer: typeof customer;
      wizard: typeof wizard;
      accounts: typeof accounts;
      calls: typeof calls;
      callflows: typeof callflows;
      menus: typeof menus;
      media: typeof media;
      schedules: typeof schedules;
      dashboard: typeof dashboard;
      "main-number": typeof mainNumber;
      conferences: typeof conferences;
      groups: typeof groups;
      devices: typeof devices;
      voicemail: typeof voicemail;
      numbers: typeof numbers;
      "caller-id": typeof callerId;
      music: typeof music;
      "feature-codes": typeof featureCodes;
      settings: typeof settings;
      users: typeof users;
    };
  }
}
