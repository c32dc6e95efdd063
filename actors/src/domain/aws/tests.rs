use serde_json::json;
use utoipa::PartialSchema;

use super::*;

fn settings() -> AwsSettings {
    AwsSettings {
        role_arn: "arn:aws:iam::123456789012:role/alert-whisperer".into(),
        external_id: "comp-acme:7f3a".into(),
        region: "eu-central-1".into(),
        endpoint_url: None,
        timeouts: AwsTimeouts::default(),
    }
}

/// Which field of settings is refused, if one is.
fn refused(change: impl FnOnce(&mut AwsSettings)) -> Option<&'static str> {
    let mut settings = settings();
    change(&mut settings);
    settings.check().err().map(|error| error.field)
}

#[test]
fn settings_are_read_from_json_and_say_what_is_wrong() {
    let least = json!({
        "role_arn": "arn:aws:iam::123456789012:role/alert-whisperer",
        "external_id": "comp-acme:7f3a",
        "region": "eu-central-1",
    });
    let read: AwsSettings = serde_json::from_value(least.clone()).unwrap();
    assert_eq!(read, settings());
    for (field, value) in [("secret_access_key", json!("x")), ("timeouts", json!({"read_ms": 1}))] {
        let mut with = least.clone();
        with[field] = value;
        assert!(serde_json::from_value::<AwsSettings>(with).is_err(), "{field}");
    }
    for field in ["role_arn", "external_id", "region"] {
        let mut without = least.clone();
        without.as_object_mut().unwrap().remove(field);
        let error = serde_json::from_value::<AwsSettings>(without).unwrap_err().to_string();
        assert!(error.contains(field), "{error}");
    }
    let error = AwsSettings {
        region: "here".into(),
        ..settings()
    }
    .check()
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "region must be the name of a region, such as eu-central-1"
    );
}

#[test]
fn roles_of_every_partition_are_taken_with_their_regions_alone() {
    for (partition, region) in [
        ("aws", "us-east-1"),
        ("aws", "ap-southeast-5"),
        ("aws", "mx-central-1"),
        ("aws-cn", "cn-northwest-1"),
        ("aws-us-gov", "us-gov-east-1"),
        ("aws-iso", "us-iso-west-1"),
        ("aws-iso-b", "us-isob-east-1"),
        ("aws-iso-e", "eu-isoe-west-1"),
        ("aws-iso-f", "us-isof-south-1"),
        ("aws-eusc", "eusc-de-east-1"),
    ] {
        let of = |partition: &str| {
            refused(|settings| {
                settings.role_arn = format!("arn:{partition}:iam::123456789012:role/path/to/alert-whisperer");
                settings.region = region.into();
            })
        };
        assert_eq!(of(partition), None, "{partition} {region}");
        let other = if partition == "aws-cn" { "aws" } else { "aws-cn" };
        assert_eq!(of(other), Some("region"), "{other} {region}");
        for unknown in ["aws-mars", "AWS", "", "aws-", "aws-cn "] {
            assert_eq!(of(unknown), Some("role_arn"), "{unknown:?}");
        }
    }
}

#[test]
fn what_is_no_role_is_refused() {
    let huge = format!("arn:aws:iam::123456789012:role/{}", "a".repeat(100_000));
    for arn in [
        "",
        "alert-whisperer",
        "arn:aws:iam::123456789012:user/alert-whisperer",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/path/",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::12345678901:role/x",
        "arn:aws:iam::1234567890123:role/x",
        "arn:aws:iam::\u{0661}\u{0662}\u{0663}456789012:role/x",
        "arn:aws:iam:us-east-1:123456789012:role/x",
        "arn:aws:sts::123456789012:role/x",
        "arn:aws:iam::123456789012:role/r\u{f6}le",
        "arn:aws:iam::123456789012:role/a b",
        "arn:aws:iam::123456789012:role/x\n",
        " arn:aws:iam::123456789012:role/x",
        "arn:\u{430}ws:iam::123456789012:role/x",
        "arn:aws:iam::123456789012:role/x\0",
        &huge,
    ] {
        assert_eq!(refused(|s| s.role_arn = arn.into()), Some("role_arn"), "{:.80?}", arn);
    }
}

#[test]
fn odd_external_ids_and_regions_are_refused() {
    for id in [
        "",
        "x",
        "a b",
        "\u{e9}\u{e9}",
        "a\nb",
        "a\"b",
        "a'b",
        "${aws:username}",
        &"a".repeat(1225),
    ] {
        assert_eq!(
            refused(|s| s.external_id = id.into()),
            Some("external_id"),
            "{:.80?}",
            id
        );
    }
    for id in ["ab", "A_z+9=,.@:/-", &"a".repeat(1224)] {
        assert_eq!(refused(|s| s.external_id = id.into()), None, "{:.80?}", id);
    }
    for region in [
        "",
        "eu",
        "eu-central",
        "central-1",
        "EU-CENTRAL-1",
        "eu--1",
        "eu-central-123",
        "eu-central-\u{661}",
        "eu-central-1.evil.example",
        "eu-central-1/",
        "eu_central_1",
        "eu-central-1 ",
        &"a-".repeat(50_000),
    ] {
        assert_eq!(refused(|s| s.region = region.into()), Some("region"), "{:.80?}", region);
    }
}

#[test]
fn requests_go_to_encrypted_endpoints_or_to_this_machine() {
    for url in [
        "https://ssm.example.com",
        "https://vpce-1.ssm.eu-central-1.vpce.amazonaws.com:8443/",
        "https://10.0.0.7",
        "https://[2001:db8::1]:443",
        "http://127.0.0.1:5000",
        "http://127.8.9.1",
        "http://localhost:5000/",
        "http://[::1]:5000",
    ] {
        assert_eq!(refused(|s| s.endpoint_url = Some(url.into())), None, "{url}");
    }
    for url in [
        "",
        "ssm.example.com",
        "http://ssm.example.com",
        "http://10.0.0.7",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://evil.example@127.0.0.1",
        "http://127.0.0.1@evil.example",
        "https://u:p@host",
        "https://",
        "https:///",
        "https://host/path",
        "https://host?x",
        "https://host#x",
        "https://host:0",
        "https://host:65536",
        "https://host:",
        "https://host:+1",
        "https://ho st",
        "https://h\u{f6}st.example",
        "https://-host",
        "https://a..b",
        "ftp://host",
        "HTTPS://host",
        "file:///etc/passwd",
        "http://[::ffff:127.0.0.1]",
        "http://[::1",
        "http://::1",
        "http://2130706433",
        "http://0.0.0.0",
        "https://host\r\nX: y",
        "https://host\\@evil",
        "https://ho%73t",
        &format!("https://{}", "a.".repeat(50_000)),
    ] {
        assert_eq!(
            refused(|s| s.endpoint_url = Some(url.into())),
            Some("endpoint_url"),
            "{:.80?}",
            url
        );
    }
}

#[test]
fn the_limits_of_time_that_are_told_are_those_that_are_kept() {
    let schema = json!(AwsTimeouts::schema());
    for (name, field) in schema["properties"].as_object().unwrap() {
        let (low, high) = (field["minimum"].as_u64().unwrap(), field["maximum"].as_u64().unwrap());
        let takes = |value: u64| {
            let mut timeouts = json!({"attempt_seconds": 1, "operation_seconds": 300});
            timeouts[name] = value.into();
            let timeouts = serde_json::from_value(timeouts).unwrap();
            AwsSettings { timeouts, ..settings() }.check().is_ok()
        };
        assert!(
            takes(low) && takes(high) && !takes(low - 1) && !takes(high + 1),
            "{name}"
        );
    }
    let field = refused(|s| {
        s.timeouts = AwsTimeouts {
            attempt_seconds: 60,
            operation_seconds: 59,
            ..s.timeouts
        }
    });
    assert_eq!(field, Some("timeouts.operation_seconds"));
}

#[test]
fn the_trust_policy_lets_one_principal_in_with_the_external_id() {
    let policy = settings().trust_policy("999988887777").unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Principal"], json!({"AWS": "arn:aws:iam::999988887777:root"}));
    assert_eq!(statement["Action"], "sts:AssumeRole");
    assert_eq!(
        statement["Condition"],
        json!({"StringEquals": {"sts:ExternalId": "comp-acme:7f3a"}})
    );
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
    let role = "arn:aws:iam::999988887777:role/service/alert-whisperer";
    let policy = settings().trust_policy(role).unwrap();
    assert_eq!(policy["Statement"][0]["Principal"]["AWS"], role);
    for principal in [
        "",
        "*",
        "arn:aws:iam::999988887777:*",
        "arn:aws-cn:iam::999988887777:root",
        "99998888777",
        "arn:aws:iam::999988887777:group/x",
        "arn:aws:iam::999988887777:role/*",
    ] {
        let refused = settings().trust_policy(principal).unwrap_err();
        assert_eq!(refused.field, "principal", "{principal}");
    }
    let china = AwsSettings {
        role_arn: "arn:aws-cn:iam::123456789012:role/x".into(),
        region: "cn-north-1".into(),
        ..settings()
    };
    let policy = china.trust_policy("999988887777").unwrap();
    assert_eq!(
        policy["Statement"][0]["Principal"]["AWS"],
        "arn:aws-cn:iam::999988887777:root"
    );
}

#[test]
fn references_name_a_secret_or_are_refused() {
    let of = |text: &str| text.parse::<SecretReference>();
    let named = of("secretsmanager:prod/db-password").unwrap();
    assert_eq!((named.secret_id(), named.region()), ("prod/db-password", None));
    let arn = "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:prod/db-AbCdEf";
    let named = of(arn).unwrap();
    assert_eq!((named.secret_id(), named.region()), (arn, Some("us-gov-west-1")));
    for text in [
        "",
        "secretsmanager:",
        "secretsmanager:a b",
        "secretsmanager:\u{e9}",
        "ssm:x",
        "plain",
        "arn:aws:secretsmanager:us-gov-west-1:123456789012:secret:x",
        "arn:aws:s3:::bucket",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:a:b",
        &format!("secretsmanager:{}", "a".repeat(513)),
    ] {
        assert_eq!(of(text), Err(InvalidSecretReference), "{:.80?}", text);
    }
    assert!(SecretReference::is_meant("secretsmanager:") && !SecretReference::is_meant("hunter2"));
}
