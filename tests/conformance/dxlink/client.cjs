// The vendor's own client of DXLink: connects, subscribes, and tells what it was told.
//
// node client.cjs '{"url":..., "token":..., "format":"COMPACT", "fields":{...}, "subscriptions":[...],
// "connects":1, "seconds":10}' prints one JSON object: events by type and symbol, states, errors.
"use strict";

globalThis.WebSocket = globalThis.WebSocket || require("ws");
const { DXLinkFeed, DXLinkWebSocketClient } = require("@dxfeed/dxlink-api");

const asked = JSON.parse(process.argv[2]);
const told = { events: {}, counts: {}, states: [], errors: [], configs: [], connects: 0 };

const client = new DXLinkWebSocketClient();
client.addErrorListener((error) => told.errors.push(error));
client.addConnectionStateChangeListener((state) => {
  told.states.push(state);
  if (state === "CONNECTED") {
    told.connects += 1;
    // What came by an earlier connection does not count.
    told.events = {};
  }
});
client.setAuthToken(asked.token);
client.connect(asked.url);

const feed = new DXLinkFeed(client, "AUTO");
feed.configure({
  acceptAggregationPeriod: 0.1,
  acceptDataFormat: asked.format,
  acceptEventFields: asked.fields,
});
feed.addConfigChangeListener((config) => told.configs.push(config));
feed.addEventListener((events) => {
  for (const event of events) {
    (told.events[event.eventType] ??= {})[event.eventSymbol] = event;
    told.counts[event.eventType] = (told.counts[event.eventType] ?? 0) + 1;
  }
});
feed.addSubscriptions(asked.subscriptions);

function isComplete() {
  return (
    told.connects >= asked.connects &&
    asked.subscriptions.every(({ type, symbol }) => told.events[type]?.[symbol] !== undefined)
  );
}

const deadline = Date.now() + asked.seconds * 1000;
const watch = setInterval(() => {
  if (!isComplete() && Date.now() < deadline) return;
  clearInterval(watch);
  client.disconnect();
  process.stdout.write(`${JSON.stringify({ complete: isComplete(), ...told })}\n`, () =>
    process.exit(0),
  );
}, 20);
