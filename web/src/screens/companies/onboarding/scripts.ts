/** What is pasted into tools word for word, as `docs/integrations` has it. */

export const DATADOG = `{
  "id": "$ID",
  "alert_id": "$ALERT_ID",
  "title": "$EVENT_TITLE",
  "body": "$EVENT_MSG",
  "transition": "$ALERT_TRANSITION",
  "alert_type": "$ALERT_TYPE",
  "priority": "$ALERT_PRIORITY",
  "aggreg_key": "$AGGREG_KEY",
  "hostname": "$HOSTNAME",
  "scope": "$ALERT_SCOPE",
  "tags": "$TAGS",
  "link": "$LINK",
  "metric": "$ALERT_METRIC",
  "date": "$DATE"
}`;

export const ZABBIX_PARAMETERS = `event_id = {EVENT.ID}
trigger_id = {TRIGGER.ID}
name = {EVENT.NAME}
severity = {EVENT.SEVERITY}
status = {EVENT.STATUS}
value = {EVENT.VALUE}
update_action = {EVENT.UPDATE.ACTION}
host = {HOST.HOST}
host_name = {HOST.NAME}
ip = {HOST.IP}
description = {TRIGGER.DESCRIPTION}
operational_data = {EVENT.OPDATA}
tags = {EVENT.TAGSJSON}
started_at = {EVENT.DATE} {EVENT.TIME}
url = {$ZABBIX.URL}/tr_events.php?triggerid={TRIGGER.ID}&eventid={EVENT.ID}`;

export const ZABBIX = `var params = JSON.parse(value), url = params.URL, key = params.KEY;
delete params.URL;
delete params.KEY;
if (params.started_at) params.started_at = params.started_at.replace(/\\./g, '-');
var request = new HttpRequest();
request.addHeader('Content-Type: application/json');
request.addHeader('X-API-Key: ' + key);
var answer = request.post(url, JSON.stringify(params));
if (request.getStatus() !== 200) throw 'refused with ' + request.getStatus() + ': ' + answer;
return 'OK';`;

export const CHECKMK = `#!/usr/bin/env python3
# Alert Whisperer
import json, os, urllib.request
v = lambda *names: next((os.environ[p + n] for n in names for p in ("NOTIFY_", "NAGIOS_", "") if os.environ.get(p + n)), None)
service = v("SERVICEDESC")
body = {
    "host": v("HOSTNAME"), "alias": v("HOSTALIAS"), "address": v("HOSTADDRESS"), "service": service,
    "status": v("SERVICESTATE") if service else v("HOSTSTATE"), "notification_type": v("NOTIFICATIONTYPE"),
    "output": v("SERVICEOUTPUT") if service else v("HOSTOUTPUT"),
    "long_output": v("LONGSERVICEOUTPUT") if service else v("LONGHOSTOUTPUT"),
    "check_command": v("SERVICECHECKCOMMAND", "HOSTCHECKCOMMAND"), "site": v("OMD_SITE"),
    "at": v("MICROTIME", "TIMET"),
}
url, key = v("PARAMETER_1"), v("PARAMETER_2")
request = urllib.request.Request(url, json.dumps(body).encode(), {"X-API-Key": key, "Content-Type": "application/json"})
urllib.request.urlopen(request, timeout=20)`;
