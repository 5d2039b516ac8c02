/** Documents of any collection: list, read, create, change, remove. Where each lives comes from the generated URL builders. */
import { queryOptions } from "@tanstack/react-query";

import { call, type Query } from "./call";
import * as urls from "./generated/client";

type Place = readonly [
  list: (account: string) => string,
  create: (account: string) => string,
  get: (account: string, id: string) => string,
  patch: (account: string, id: string) => string,
  replace: (account: string, id: string) => string,
  remove: (account: string, id: string) => string,
];

const PLACES = {
  users: [urls.getListUsersUrl, urls.getCreateUserUrl, urls.getGetUserUrl, urls.getPatchUserUrl, urls.getReplaceUserUrl, urls.getDeleteUserUrl],
  devices: [urls.getListDevicesUrl, urls.getCreateDeviceUrl, urls.getGetDeviceUrl, urls.getPatchDeviceUrl, urls.getReplaceDeviceUrl, urls.getDeleteDeviceUrl],
  callflows: [urls.getListCallflowsUrl, urls.getCreateCallflowUrl, urls.getGetCallflowUrl, urls.getPatchCallflowUrl, urls.getReplaceCallflowUrl, urls.getDeleteCallflowUrl],
  vmboxes: [urls.getListVmboxesUrl, urls.getCreateVoicemailBoxUrl, urls.getGetVoicemailBoxUrl, urls.getPatchVoicemailBoxUrl, urls.getReplaceVoicemailBoxUrl, urls.getDeleteVoicemailBoxUrl],
  groups: [urls.getListGroupsUrl, urls.getCreateGroupUrl, urls.getGetGroupUrl, urls.getPatchGroupUrl, urls.getReplaceGroupUrl, urls.getDeleteGroupUrl],
  menus: [urls.getListMenusUrl, urls.getCreateMenuUrl, urls.getGetMenuUrl, urls.getPatchMenuUrl, urls.getReplaceMenuUrl, urls.getDeleteMenuUrl],
  media: [urls.getListMediaUrl, urls.getCreateMediaFileUrl, urls.getGetMediaFileUrl, urls.getPatchMediaFileUrl, urls.getReplaceMediaFileUrl, urls.getDeleteMediaFileUrl],
  conferences: [urls.getListConferencesUrl, urls.getCreateConferenceUrl, urls.getGetConferenceUrl, urls.getPatchConferenceUrl, urls.getReplaceConferenceUrl, urls.getDeleteConferenceUrl],
  directories: [urls.getListDirectoriesUrl, urls.getCreateDirectorieUrl, urls.getGetDirectorieUrl, urls.getPatchDirectorieUrl, urls.getReplaceDirectorieUrl, urls.getDeleteDirectorieUrl],
  temporal_rules: [urls.getListTemporalRulesUrl, urls.getCreateTemporalRuleUrl, urls.getGetTemporalRuleUrl, urls.getPatchTemporalRuleUrl, urls.getReplaceTemporalRuleUrl, urls.getDeleteTemporalRuleUrl],
  temporal_rules_sets: [urls.getListTemporalRulesSetsUrl, urls.getCreateTemporalRulesSetUrl, urls.getGetTemporalRulesSetUrl, urls.getPatchTemporalRulesSetUrl, urls.getReplaceTemporalRulesSetUrl, urls.getDeleteTemporalRulesSetUrl],
  lists: [urls.getListListsUrl, urls.getCreateListUrl, urls.getGetListUrl, urls.getPatchListUrl, urls.getReplaceListUrl, urls.getDeleteListUrl],
  ratedecks: [urls.getListRatedecksUrl, urls.getCreateRateDeckUrl, urls.getGetRateDeckUrl, urls.getPatchRateDeckUrl, urls.getReplaceRateDeckUrl, urls.getDeleteRateDeckUrl],
  service_plans: [urls.getListServicePlansUrl, urls.getCreateServicePlanUrl, urls.getGetServicePlanUrl, urls.getPatchServicePlanUrl, urls.getReplaceServicePlanUrl, urls.getDeleteServicePlanUrl],
  resources: [urls.getListResourcesUrl, urls.getCreateResourceUrl, urls.getGetResourceUrl, urls.getPatchResourceUrl, urls.getReplaceResourceUrl, urls.getDeleteResourceUrl],
  faxboxes: [urls.getListFaxboxesUrl, urls.getCreateFaxboxeUrl, urls.getGetFaxboxeUrl, urls.getPatchFaxboxeUrl, urls.getReplaceFaxboxeUrl, urls.getDeleteFaxboxeUrl],
  carriers: [urls.getListCarriersUrl, urls.getCreateCarrierUrl, urls.getGetCarrierUrl, urls.getPatchCarrierUrl, urls.getReplaceCarrierUrl, urls.getDeleteCarrierUrl],
  port_requests: [urls.getListPortRequestsUrl, urls.getCreatePortRequestUrl, urls.getGetPortRequestUrl, urls.getPatchPortRequestUrl, urls.getReplacePortRequestUrl, urls.getDeletePortRequestUrl],
  webhooks: [urls.getListWebhooksUrl, urls.getCreateWebhookUrl, urls.getGetWebhookUrl, urls.getPatchWebhookUrl, urls.getReplaceWebhookUrl, urls.getDeleteWebhookUrl],
} satisfies Record<string, Place>;

export type Collection = keyof typeof PLACES;
export const isCollection = (name: string): name is Collection => name in PLACES;
export interface Identified {
  id: string;
}

/** A whole collection, as its rows. */
export const listQuery = <T>(account: string, collection: Collection, query: Query = {}) =>
  queryOptions({
    queryKey: ["account", account, collection, PLACES[collection][0](account), query],
    queryFn: async ({ signal }) => (await call<T[]>("GET", PLACES[collection][0](account), { query: { paginate: false, ...query }, signal })).data,
  });

/** One document. */
export const docQuery = <T>(account: string, collection: Collection, id: string) =>
  queryOptions({
    queryKey: ["account", account, collection, id],
    queryFn: async ({ signal }) => (await call<T>("GET", PLACES[collection][2](account, id), { signal })).data,
    enabled: id !== "",
  });

/** Read a document now. Throws Problem. */
export const readDoc = async <T>(account: string, collection: Collection, id: string): Promise<T> =>
  (await call<T>("GET", PLACES[collection][2](account, id))).data;

/** Read a whole collection now. Throws Problem. */
export const readList = async <T>(account: string, collection: Collection, query: Query = {}): Promise<T[]> =>
  (await call<T[]>("GET", PLACES[collection][0](account), { query: { paginate: false, ...query } })).data;

/** Create a document; returns it with its id. Throws Problem. */
export const createDoc = async <T extends Identified>(account: string, collection: Collection, body: object): Promise<T> =>
  (await call<T>("PUT", PLACES[collection][1](account), { body })).data;

/** Merge `body` into a document (null deletes a key). Throws Problem. */
export const patchDoc = async <T extends Identified>(account: string, collection: Collection, id: string, body: object): Promise<T> =>
  (await call<T>("PATCH", PLACES[collection][3](account, id), { body })).data;

/** Replace a document as a whole. Throws Problem. */
export const replaceDoc = async <T extends Identified>(account: string, collection: Collection, id: string, body: object): Promise<T> =>
  (await call<T>("POST", PLACES[collection][4](account, id), { body })).data;

/** Delete a document. Throws Problem. */
export const removeDoc = async (account: string, collection: Collection, id: string): Promise<void> => {
  await call("DELETE", PLACES[collection][5](account, id));
};
