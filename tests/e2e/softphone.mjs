// A browser's phone for tests: JsSIP in Debian's Chromium, its microphone an oscillator, its ear an analyser. Orders are JSON lines on stdin.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../portal/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { buildSync } = require("esbuild");

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // The installation's certificate is its own, and it listens on the loopback.
  "--ignore-certificate-errors",
  "--allow-loopback-in-peer-connection",
  "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,WebRtcHideLocalIpsWithMdns",
];

const given = JSON.parse(process.argv[2]);
const bundle = buildSync({
  stdin: { contents: 'import JsSIP from "jssip"; globalThis.JsSIP = JsSIP;', resolveDir: new URL("../../portal", import.meta.url).pathname },
  bundle: true,
  format: "iife",
  write: false,
});
const browser = await chromium.launch({ executablePath: process.env.QVOICE_CHROMIUM, args: FLAGS });
const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
page.on("pageerror", (error) => console.error(error.message));
await page.goto("data:text/html,<p>phone</p>");
await page.addScriptTag({ content: bundle.outputFiles[0].text });

await page.evaluate(async ({ wss, user, realm, password, hertz }) => {
  const audio = new AudioContext();
  await audio.resume();
  const oscillator = audio.createOscillator();
  oscillator.frequency.value = hertz;
  const microphone = audio.createMediaStreamDestination();
  oscillator.connect(microphone);
  oscillator.start();
  const options = { mediaStream: microphone.stream, pcConfig: { iceServers: [] } };

  const listen = (stream) => {
    const element = new Audio();
    element.srcObject = stream;
    element.play();
    const analyser = audio.createAnalyser();
    analyser.fftSize = 8192;
    audio.createMediaStreamSource(stream).connect(analyser);
    globalThis.loudest = () => {
      const levels = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(levels);
      const bin = levels.indexOf(Math.max(...levels));
      return { hertz: (bin * audio.sampleRate) / analyser.fftSize, decibels: levels[bin] };
    };
  };
  const ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(wss)],
    uri: `sip:${user}@${realm}`,
    password,
    session_timers: false,
  });
  ua.on("newRTCSession", ({ session, originator }) => {
    globalThis.session = session;
    globalThis.loudest = () => null;
    const follow = (connection) =>
      connection.addEventListener("track", ({ track }) => listen(new MediaStream([track])));
    if (session.connection) follow(session.connection);
    else session.on("peerconnection", ({ peerconnection }) => follow(peerconnection));
    session.on("icecandidate", ({ ready }) => setTimeout(ready, 200));
    if (originator === "remote") session.answer(options);
  });
  globalThis.phone = {
    call: (to) => void ua.call(to, options),
    hears: () => globalThis.loudest?.() ?? null,
    ended: () => globalThis.session?.isEnded() ?? true,
    hangUp: () => void globalThis.session.terminate(),
  };
  ua.start();
  await new Promise((done, failed) => {
    ua.on("registered", done);
    ua.on("registrationFailed", ({ cause }) => failed(new Error(`not registered: ${cause}`)));
  });
}, given);

console.log(JSON.stringify({ registered: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const { order, with: argument } = JSON.parse(line);
  console.log(JSON.stringify({ answer: (await page.evaluate(([o, a]) => globalThis.phone[o](a), [order, argument])) ?? null }));
}
await browser.close();
