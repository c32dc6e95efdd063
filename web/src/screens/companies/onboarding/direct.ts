/** Recipes for what sends by itself: the shell, Python, our own program. */
import type { Address, Recipe } from "./recipe";
import { hook } from "./recipe";

export function direct(address: Address): Recipe[] {
  return [curl(address), python(address), send(address)];
}

function curl(address: Address): Recipe {
  const copy = `API_KEY='${address.key}'
WEBHOOK_SECRET='${address.secret}'
body='{"asset_name":"server-01","signature":"disk-space-critical","severity":"high","message":"92 % full"}'
timestamp=$(date +%s)
signature=$(printf '%s.%s' "$timestamp" "$body" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -hex | sed 's/.* //')
curl -s ${hook(address, "alerts")} -H "X-API-Key: $API_KEY" -H "X-Timestamp: $timestamp" \\
  -H "X-Signature: sha256=$signature" -H "X-Delivery-ID: shell-$timestamp" -d "$body"`;
  return { id: "curl", name: "curl", signs: true, steps: [{ say: "In a shell with openssl:", copy }] };
}

function python(address: Address): Recipe {
  const copy = `import hashlib, hmac, json, time, urllib.request

API_KEY = "${address.key}"
WEBHOOK_SECRET = "${address.secret}"
body = json.dumps({"asset_name": "server-01", "signature": "disk-space-critical",
                   "severity": "high", "message": "93 % full"})
timestamp = str(int(time.time()))
mac = hmac.new(WEBHOOK_SECRET.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256)
request = urllib.request.Request("${hook(address, "alerts")}", data=body.encode(), headers={
    "X-API-Key": API_KEY, "X-Timestamp": timestamp,
    "X-Signature": "sha256=" + mac.hexdigest(), "X-Delivery-ID": "python-" + timestamp})
print(urllib.request.urlopen(request).read().decode())`;
  return { id: "python", name: "Python", signs: true, steps: [{ say: "With Python 3 and nothing else:", copy }] };
}

function send(address: Address): Recipe {
  const copy = `alert-whisperer send --url ${address.origin} --api-key '${address.key}' --secret '${address.secret}' \\
  --asset server-01 --signature disk-space-critical --severity high --message '92 % full'`;
  return { id: "send", name: "alert-whisperer send", signs: true, steps: [{ say: "With the server's own program:", copy }] };
}
