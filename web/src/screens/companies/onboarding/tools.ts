/** Recipes for monitoring tools, as `docs/integrations` has them. */
import { type Address, type Recipe, type Step, basic, hook } from "./recipe";
import { CHECKMK, DATADOG, ZABBIX, ZABBIX_PARAMETERS } from "./scripts";

export function tools(address: Address): Recipe[] {
  const { origin, companyId, key, secret, unsignedKey } = address;
  const unsigned = (id: string, name: string, ...steps: Step[]): Recipe => ({ id, name, signs: false, steps });
  const signed = (id: string, name: string, ...steps: Step[]): Recipe => ({ id, name, signs: true, steps });
  return [
    unsigned("alertmanager", "Alertmanager", {
      say: "In alertmanager.yml:",
      copy: `receivers:
  - name: alert-whisperer
    webhook_configs:
      - url: ${hook(address, "alertmanager")}
        send_resolved: true
        http_config:
          authorization:
            type: Bearer
            credentials: ${unsignedKey}
route:
  receiver: alert-whisperer
  group_by: [alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 4h`,
    }),
    unsigned("prometheus", "Prometheus alone", {
      say: "In prometheus.yml, where there is no Alertmanager:",
      copy: `alerting:
  alertmanagers:
    - scheme: ${new URL(origin).protocol.replace(":", "")}
      api_version: v2
      authorization:
        type: Bearer
        credentials: ${unsignedKey}
      static_configs:
        - targets: ["${new URL(origin).host}"]`,
    }),
    signed(
      "grafana",
      "Grafana",
      { say: "Alerting, Contact points, New, integration Webhook, method POST, no custom payload. URL:", copy: hook(address, "grafana") },
      { say: "Authorization header: scheme Bearer, credentials:", copy: key },
      { say: "Under Optional Webhook settings, HMAC signature, the secret (all of it):", copy: secret },
      { say: "The timestamp's header; the signature's header stays as it is:", copy: "X-Grafana-Alerting-Timestamp" },
      { say: "Then let a notification policy use the contact point." },
    ),
    signed(
      "sns",
      "CloudWatch by SNS",
      { say: "Name the topics under Intake, first. Then have the topic sign in version 2:", copy: "aws sns set-topic-attributes --topic-arn TOPIC_ARN --attribute-name SignatureVersion --attribute-value 2" },
      { say: "Subscribe to the topic: protocol HTTPS, raw message delivery off, with a key that may not send unsigned. Endpoint:", copy: basic({ ...address, unsignedKey: key }, "cloudwatch") },
      { say: "The subscription is confirmed by itself, once the signature of SNS holds." },
    ),
    unsigned(
      "eventbridge",
      "CloudWatch by EventBridge",
      { say: "A rule with this pattern:", copy: '{"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}' },
      { say: "Its target is an API destination, POST. Endpoint:", copy: hook(address, "cloudwatch") },
      { say: "Its connection: API key, header X-API-Key, value:", copy: unsignedKey },
    ),
    unsigned(
      "datadog",
      "Datadog",
      { say: "Integrations, Webhooks, New, name alert-whisperer. URL:", copy: hook(address, "datadog") },
      { say: "Custom headers:", copy: `{"X-API-Key": "${unsignedKey}"}` },
      { say: "Payload:", copy: DATADOG },
      { say: "Then name @webhook-alert-whisperer in the monitors' messages, also for their recovery." },
    ),
    unsigned(
      "zabbix",
      "Zabbix",
      { say: "Alerts, Media types, Create: name Alert Whisperer, type Webhook. Parameter URL:", copy: hook(address, "zabbix") },
      { say: "Parameter KEY:", copy: unsignedKey },
      { say: "The other parameters, name and value:", copy: ZABBIX_PARAMETERS },
      { say: "Script:", copy: ZABBIX },
      { say: "Give it to a user, and let an action with operations and recovery operations send to him." },
    ),
    unsigned(
      "checkmk",
      "Checkmk, Nagios, Icinga",
      { say: "As alert-whisperer, mode 755, in ~/local/share/check_mk/notifications of a Checkmk site, or as a notification command of Nagios and Icinga:", copy: CHECKMK },
      { say: "In Checkmk: Setup, Notifications, a rule with this script. Parameter 1:", copy: hook(address, "checkmk") },
      { say: "Parameter 2:", copy: unsignedKey },
    ),
    unsigned(
      "pagerduty",
      "What pages PagerDuty",
      { say: "Whatever sends to https://events.pagerduty.com/v2/enqueue: let it send to", copy: hook(address, "pagerduty/v2/enqueue") },
      { say: "with this as its routing_key:", copy: unsignedKey },
    ),
    unsigned("azure-monitor", "Azure Monitor", {
      say: "Monitor, Alerts, Action groups, action type Webhook, common alert schema: yes. URI:",
      copy: basic(address, "azure-monitor"),
    }),
    unsigned(
      "gcp-monitoring",
      "Google Cloud Monitoring",
      { say: "Alerting, Edit notification channels, Webhooks. Endpoint:", copy: hook(address, "gcp-monitoring") },
      { say: "HTTP basic authentication, any user name, password:", copy: unsignedKey },
    ),
    unsigned(
      "newrelic",
      "New Relic",
      { say: "Alerts, Destinations, Webhook. Endpoint:", copy: hook(address, "newrelic") },
      { say: "Custom header X-API-Key:", copy: unsignedKey },
      { say: "Then a workflow with that destination and the default template." },
    ),
    signed(
      "sentry",
      "Sentry",
      { say: "Settings, Developer settings, New internal integration; alert rule action on, permission Issue & Event: read, webhooks issue. Webhook URL:", copy: basic({ ...address, unsignedKey: key }, "sentry") },
      { say: "Then give the company the integration's client secret, under Keys, Webhook secrets, so that Sentry's signature counts." },
    ),
    unsigned("pingdom", "Pingdom", {
      say: "Integrations, Add integration, type Webhook; then tick it in the checks. URL:",
      copy: basic(address, "pingdom"),
    }),
    unsigned(
      "cloudevents",
      "CloudEvents",
      { say: "POST, structured, as a batch, or binary, to", copy: hook(address, "cloudevents") },
      { say: "with the header", copy: `X-API-Key: ${unsignedKey}` },
    ),
    unsigned(
      "custom",
      "Anything else",
      { say: `Say under Intake how a body of ${companyId} is read, and try it there. Then let the tool post JSON to`, copy: hook(address, "custom") },
      { say: "with the header", copy: `X-API-Key: ${unsignedKey}` },
    ),
  ];
}
