/** The columns of a file of users (the API's bulk action users/import), and an example to begin with. */
export const COLUMNS = ["first_name", "last_name", "email", "username", "extension", "mobile", "role", "admin_type", "language", "timezone", "device", "invite"] as const;

export const EXAMPLE = [
  COLUMNS.join(","),
  "Ada,Lovelace,ada@example.com,,1101,+14165550123,user,,en-us,America/Toronto,softphone,email",
  "Blaise,Pascal,blaise@example.com,,1102,,admin,total,fr-ca,America/Montreal,,",
  "",
].join("\r\n");
