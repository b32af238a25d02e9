"use strict";
const at = (id) => document.getElementById(id);
const token = new URLSearchParams(location.search).get("token") || "";
if (token) history.replaceState(null, "", location.pathname);
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const time = (ms) => new Date(ms).toISOString().slice(11, 23);
const short = (ms) => time(ms).slice(0, 8);
let socket = null, chosen = null, prices = [], kinds = {};

function cell(text, kind = "") {
  const td = document.createElement("td");
  td.textContent = text;
  if (kind) td.className = kind;
  return td;
}

function fill(id, rows, empty = "") {
  const body = at(id);
  if (!rows.length && empty) {
    const td = cell(empty, "empty");
    td.colSpan = 9;
    const row = document.createElement("tr");
    row.append(td);
    rows = [row];
  }
  body.replaceChildren(...rows);
}

function line(...cells) {
  const row = document.createElement("tr");
  row.append(...cells);
  return row;
}

function ladder(id, levels, side, most) {
  const shown = side === "sell" ? [...levels].reverse() : levels;
  fill(id, shown.map(([price, size, own]) => {
    const part = most ? Math.min(100, (100 * Number(size)) / most) : 0;
    const mine = cell("", "num own");
    const mark = document.createElement("span");
    mark.textContent = own;
    mine.append(mark);
    const row = line(cell(price, `num ${side}`), cell(size, "num"), mine);
    row.style.background = `linear-gradient(to left, var(--${side}-bar) ${part}%, transparent ${part}%)`;
    if (own) row.classList.add("mine");
    return row;
  }));
}

function showMarket(market) {
  const key = `${market.category}/${market.symbol}`;
  if (key !== chosen) { chosen = key; prices = []; }
  at("market").value = key;
  at("last").textContent = market.last;
  at("mark").textContent = market.mark;
  const change = Math.round((10000 * (Number(market.last) - Number(market.start))) / Number(market.start)) / 100 || 0;
  at("change").textContent = `${change >= 0 ? "+" : ""}${change.toFixed(2)} %`;
  at("change").className = change >= 0 ? "buy" : "sell";
  document.title = `${market.last} ${market.symbol}`;
  const most = Math.max(...[...market.bids, ...market.asks].map((level) => Number(level[1])), 0);
  ladder("asks", market.asks, "sell", most);
  ladder("bids", market.bids, "buy", most);
  const [bid, ask] = [market.bids[0], market.asks[0]];
  const places = bid ? (bid[0].split(".")[1] || "").length : 0;
  at("spread").rows[0].cells[0].textContent = bid && ask ? `spread ${(Number(ask[0]) - Number(bid[0])).toFixed(places)}` : "one side is empty";
  fill("trades", market.trades.map(([, ms, side, price, size]) =>
    line(cell(short(ms), "dim"), cell(price, `num ${side.toLowerCase()}`), cell(size, "num"))), "no trade yet");
  prices.push(Number(market.last));
  prices = prices.slice(-240);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const points = prices.map((p, i) => `${(200 * i) / Math.max(1, prices.length - 1)},${high > low ? 33 - (30 * (p - low)) / (high - low) : 18}`);
  at("spark").firstElementChild.setAttribute("points", points.join(" "));
}

function showAccount(account) {
  at("counts").textContent = `${account.counts.orders} orders, ${account.counts.fills} fills`;
  at("balances").replaceChildren(...Object.entries(account.balances).map(([coin, amount]) => {
    const entry = document.createElement("div");
    const [name, value] = [document.createElement("dt"), document.createElement("dd")];
    name.textContent = coin;
    value.textContent = amount;
    entry.append(name, value);
    return entry;
  }));
  fill("positions", account.positions.map((p) => {
    const sign = Number(p.unrealisedPnl) >= 0 ? "buy" : "sell";
    return line(cell(p.symbol), cell(p.side, p.side.toLowerCase()), cell(p.size, "num"), cell(p.avgPrice, "num"),
      cell(p.markPrice, "num"), cell(p.unrealisedPnl, `num ${sign}`));
  }), "flat");
  fill("orders", account.orders.map((o) => line(cell(`${o.symbol} ${o.category}`), cell(o.side, o.side.toLowerCase()), cell(o.type),
    cell(o.price, "num"), cell(`${o.filled} / ${o.qty}`, "num"), cell(o.status, "dim"))), "none");
  fill("fills", account.fills.map((f) => line(cell(short(f.time), "dim"), cell(`${f.symbol} ${f.category}`), cell(f.side, f.side.toLowerCase()),
    cell(f.price, "num"), cell(f.qty, "num"), cell(f.fee, "num"), cell(f.maker ? "maker" : "taker", "dim"))), "none");
}

function showFaults(faults, hits) {
  const wanted = faults.map((f) => f.id + f.fired).join();
  if (at("active").dataset.shown !== wanted || !at("active").rows.length) {
    at("active").dataset.shown = wanted;
    fill("active", faults.map((f) => {
      const remove = document.createElement("button");
      remove.textContent = "remove";
      remove.addEventListener("click", () => ask("DELETE", `faults/${f.id}`));
      const last = document.createElement("td");
      last.append(remove);
      const where = `${f.family || "everywhere"} ${f.match}${f.probability < 1 ? ` p=${f.probability}` : ""}`;
      const count = f.count === null ? f.fired : `${f.fired} of ${f.count}`;
      return line(cell(f.kind), cell(where, "dim where"), cell(count, "num"), last);
    }), "nothing goes wrong on purpose");
  }
  fill("hits", hits.map((h) => line(cell(short(h.at_ms), "dim"), cell(h.kind), cell(`${h.family} ${h.subject} ${h.detail}`, "dim where"))), "nothing yet");
}

async function ask(method, path, body) {
  try {
    const options = { method, headers: { ...headers } };
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    const response = await fetch(path, options);
    const answer = await response.json();
    at("error").hidden = response.ok;
    at("error").textContent = response.ok ? "" : answer.error;
    return answer;
  } catch (e) {
    at("error").hidden = false;
    at("error").textContent = String(e);
    return {};
  }
}

function option(value, text = value) {
  const each = document.createElement("option");
  each.value = value;
  each.textContent = text;
  return each;
}

function chooseKind() {
  const kind = kinds[at("kind").value];
  at("effect").textContent = kind.effect;
  at("family").replaceChildren(option("", "all"), ...kind.families.map((name) => option(name)));
}

async function prepare() {
  const found = await ask("GET", "faults");
  kinds = Object.fromEntries((found.kinds || []).map((kind) => [kind.kind, kind]));
  at("kind").replaceChildren(...Object.keys(kinds).map((name) => option(name)));
  at("kind").addEventListener("change", chooseKind);
  if (found.kinds) chooseKind();
  for (const button of document.querySelectorAll("[data-cut]"))
    button.addEventListener("click", () => ask("POST", "disconnect", { family: button.dataset.cut }));
  at("clear").addEventListener("click", () => ask("DELETE", "faults"));
  at("add").addEventListener("submit", (event) => {
    event.preventDefault();
    const fault = { kind: at("kind").value, family: at("family").value, match: at("match").value, probability: at("probability").value };
    if (at("count").value) fault.count = at("count").value;
    ask("POST", "faults", fault);
  });
  at("market").addEventListener("change", () => {
    const [category, symbol] = at("market").value.split("/");
    chosen = null;
    if (socket && socket.readyState === 1) socket.send(JSON.stringify({ category, symbol }));
  });
}

function connect() {
  socket = new WebSocket(`${location.origin.replace("http", "ws")}/live${token ? `?token=${encodeURIComponent(token)}` : ""}`);
  socket.onopen = () => { at("link").textContent = "live"; at("link").className = "on"; };
  socket.onclose = () => {
    at("link").textContent = "lost";
    at("link").className = "off";
    setTimeout(connect, 1000);
  };
  socket.onmessage = (event) => {
    const told = JSON.parse(event.data);
    if (told.markets) {
      at("market").replaceChildren(...Object.entries(told.markets).map(([category, symbols]) => {
        const group = document.createElement("optgroup");
        group.label = category;
        group.append(...symbols.map((symbol) => option(`${category}/${symbol}`, `${symbol} ${category}`)));
        return group;
      }));
      if (chosen) {
        const [category, symbol] = chosen.split("/");
        socket.send(JSON.stringify({ category, symbol }));
      }
      return;
    }
    at("clock").textContent = `${time(told.time)} UTC`;
    at("sockets").textContent = Object.entries(told.sockets).map(([name, count]) => `${name} ${count}`).join("  ");
    if (document.activeElement !== at("market") || !chosen) showMarket(told.market);
    showAccount(told.account);
    showFaults(told.faults, told.hits);
  };
}

prepare().then(connect);
