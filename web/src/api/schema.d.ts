// Written by `make web-types` from the server's OpenAPI document. Not to be edited.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The dashboard */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The dashboard */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": string;
                    };
                };
                /** @description A problem */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide what to do about an incident
         * @description For who may: ask for decisions.
         */
        post: operations["agent_decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent/decisions/{incident_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An incident's decisions, oldest first
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["decisions_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent/decisions/{incident_id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An incident's decisions as they are made
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["decisions_follow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent/decisions/{incident_id}/{decision_id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said with models for a decision, word for word
         * @description For who may: read what was said with models, word for word.
         */
        get: operations["decisions_trace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the process is, and which engine decides */
        get: operations["health_ping"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tools that there are
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["tools_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which build this is */
        get: operations["health_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alerts, newest first
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["alerts_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An alert
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["alerts_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/why": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why an alert is where it is
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["alerts_why"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Runs that people have to agree to, newest first
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["approvals_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/pending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What waits for somebody's word, over all companies that one reads
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["pending_pending"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What somebody has to agree to: commands, machines, dry run
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["approvals_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Agree to a run, which then begins
         * @description For who may: agree to runs, or reject them.
         */
        post: operations["approvals_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse a run
         * @description For who may: agree to runs, or reject them.
         */
        post: operations["approvals_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A journal, oldest or newest entry first
         * @description For who may: read journals.
         */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A journal to take away, with a signed checkpoint
         * @description For who may: read journals.
         */
        get: operations["audit_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key that checkpoints are signed with */
        get: operations["audit_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Work a journal's chain of hashes out
         * @description For who may: read journals.
         */
        get: operations["audit_verify"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Log in */
        post: operations["auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Log out */
        post: operations["auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End all of one's logins
         * @description For who may: administer a password, second factor or logins of one's own.
         */
        post: operations["auth_logout_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who one is
         * @description For who may: administer a password, second factor or logins of one's own.
         */
        get: operations["auth_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Choose another password
         * @description For who may: administer a password, second factor or logins of one's own.
         */
        put: operations["auth_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renew the tokens with the refresh token */
        post: operations["auth_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's logins
         * @description For who may: administer a password, second factor or logins of one's own.
         */
        get: operations["auth_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{login_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of one's logins
         * @description For who may: administer a password, second factor or logins of one's own.
         */
        delete: operations["auth_end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set up a second factor
         * @description For who may: administer a password, second factor or logins of one's own.
         */
        post: operations["auth_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The companies that one may see
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["companies_list"];
        put?: never;
        /**
         * Create a company
         * @description For who may: create, archive or erase companies.
         */
        post: operations["companies_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A company with its settings
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["companies_one"];
        put?: never;
        post?: never;
        /**
         * Archive a company
         * @description For who may: create, archive or erase companies.
         */
        delete: operations["companies_archive"];
        options?: never;
        head?: never;
        /**
         * Rename a company
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        patch: operations["companies_update"];
        trace?: never;
    };
    "/api/companies/{company_id}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its API keys
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        get: operations["credentials_keys"];
        put?: never;
        /**
         * Make an API key, which is shown once
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        post: operations["credentials_add_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/api-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        delete: operations["credentials_revoke_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What it has
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["config_assets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/assets/{asset_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say how critical an asset is and what it depends on
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["config_set_asset"];
        post?: never;
        /**
         * Forget an asset
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        delete: operations["config_remove_asset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/aws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its AWS account
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["aws_settings"];
        /**
         * Connect it to an AWS account, or say otherwise how
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["aws_connect"];
        post?: never;
        /**
         * Disconnect it from its AWS account
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        delete: operations["aws_disconnect"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/aws-role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What to make its role in its AWS account with
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        get: operations["aws_role"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/aws/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try its AWS account: the role, who that is, and its machines
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        post: operations["check_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where its people are told
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["notifications_channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/channels/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Make a channel, or make it otherwise
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["notifications_set_channel"];
        post?: never;
        /**
         * Remove a channel
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        delete: operations["notifications_remove_channel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/channels/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test message to a channel
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        post: operations["notifications_test_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All of its configuration as one document
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        get: operations["config_config"];
        /**
         * Make a document its configuration, or say what that would change
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["config_set_config"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/correlation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How its alerts are grouped
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["companies_correlation"];
        /**
         * Say how its alerts are grouped
         * @description For who may: change how a company's alerts are grouped.
         */
        put: operations["companies_set_correlation"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What its channels were told, newest first
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["notifications_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/deliveries/{delivery_id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deliver a message once more
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        post: operations["notifications_redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase an archived company, for good
         * @description For who may: create, archive or erase companies.
         */
        post: operations["companies_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/heartbeats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What it is to hear of
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["heartbeats_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/heartbeats/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Listen for something
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["heartbeats_put"];
        post?: never;
        /**
         * Listen for it no more
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        delete: operations["heartbeats_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/inhibitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which of its trouble makes which other no news
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["suppression_inhibitions"];
        /**
         * Say which trouble makes which other no news
         * @description For who may: change how a company's alerts are grouped.
         */
        put: operations["suppression_set_inhibitions"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/intake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What it takes from monitoring tools
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["intake_settings"];
        /**
         * Say what it takes from monitoring tools
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["intake_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Say some of it otherwise
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        patch: operations["intake_update"];
        trace?: never;
    };
    "/api/companies/{company_id}/intake/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a mapping on a body
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        post: operations["intake_try_mapping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/maintenance-windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its maintenance windows
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["suppression_windows"];
        /**
         * Say when its incidents are quiet because something is worked on
         * @description For who may: change how a company's alerts are grouped.
         */
        put: operations["suppression_set_windows"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whom its incidents can be assigned to
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["users_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who hears of its incidents, and how soon somebody has to take them up
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["notifications_settings"];
        /**
         * Say who hears of its incidents
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["notifications_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What may run for it, and who must agree
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["companies_policy"];
        /**
         * Say what may run for it, and who must agree
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["companies_set_policy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/rate-limit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many alerts it may send
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["companies_rate_limit"];
        /**
         * Say how many alerts it may send
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["companies_set_rate_limit"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open an archived company again
         * @description For who may: create, archive or erase companies.
         */
        post: operations["companies_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How long what there is of it is kept
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["companies_retention"];
        /**
         * Say how long what there is of it is kept
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["companies_set_retention"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its own rules of grouping
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["rules_list"];
        /**
         * Say by which rules its alerts are grouped
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        put: operations["rules_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/rules/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What other rules would have made of the past
         * @description For who may: read alerts, incidents, memory or live events.
         */
        post: operations["rules_try_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its silences
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["suppression_silences"];
        put?: never;
        /**
         * Silence some of its alerts for a while
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["suppression_silence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/silences/{silence_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a silence
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        delete: operations["suppression_end_silence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * From which tools its alerts come
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["intake_sources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/test-alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send it a test alert
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        post: operations["intake_test_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/webhook-secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its webhook secrets
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        get: operations["credentials_secrets"];
        put?: never;
        /**
         * Make a webhook secret, which is shown once
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        post: operations["credentials_rotate_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/companies/{company_id}/webhook-secrets/{secret_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a webhook secret
         * @description For who may: administer a company's settings, policy, keys, secrets or assets.
         */
        delete: operations["credentials_retire_secret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page that shows this document */
        get: operations["openapi_to_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page that shows this document */
        get: operations["openapi_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the page that shows this document */
        get: operations["openapi_page_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens, as it happens
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["events_follow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["health_alive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/heartbeats/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that something is alive
         * @description For who may: send alerts.
         */
        post: operations["heartbeats_ping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Incidents, newest first
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["incidents_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/correlate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Wait until all alerts are placed, and say what came of them
         * @description For who may: read alerts, incidents, memory or live events.
         */
        post: operations["incidents_correlate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/unresolved": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is open, in short, over all companies that one reads
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["unresolved_unresolved"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An incident
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["incidents_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Assign an incident, or note something
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        patch: operations["acts_update"];
        trace?: never;
    };
    "/api/incidents/{incident_id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge an incident
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["acts_acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/escalate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Escalate an incident to a person
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["acts_escalate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/execute-runbook-ssm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a runbook to heal an incident, or ask for it
         * @description For who may: run runbooks, or ask others to agree to a run.
         */
        post: operations["execute_execute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/memory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said about an incident
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["incidents_memory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Merge others into an incident
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["acts_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reopen an incident
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["acts_reopen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve an incident
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["acts_resolve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was run to heal an incident
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["runs_of_incident"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have AWS end a run before its time
         * @description For who may: run runbooks, or ask others to agree to a run.
         */
        post: operations["stop_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/runs/{run_id}/give-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Wait no longer for a run's end
         * @description For who may: run runbooks, or ask others to agree to a run.
         */
        post: operations["stop_give_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/snooze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Snooze an incident
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["acts_snooze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/split": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make some of its alerts an incident of their own
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["acts_split"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Its tickets in other systems
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["incidents_tickets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened in an incident
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["incidents_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/why": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why an incident is as it is, and why not otherwise
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["why_why"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/kpis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a company's incidents came to
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["kpis_kpis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/kpis/companies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The figures of each company that one reads
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["companies_companies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/kpis/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What has become of a company's figures since a moment
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["kpis_impact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/kpis/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures hour by hour, or day by day
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["series_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a post-mortem
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["memory_write"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memory/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search what is remembered of past incidents
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["memory_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memory/{memory_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A memory, and how far it is believed
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["memory_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memory/{memory_id}/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that a memory is not to be believed
         * @description For who may: quarantine memories, or release them.
         */
        post: operations["memory_quarantine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/memory/{memory_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Believe a memory again
         * @description For who may: quarantine memories, or release them.
         */
        post: operations["memory_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi_document_itself"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether to send work here */
        get: operations["health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runbooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The runbooks that there are for a company
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["runbooks_list"];
        put?: never;
        /**
         * Write a runbook of the company's own
         * @description For who may: write a company's own runbooks.
         */
        post: operations["edit_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runbooks/{runbook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A runbook, with what it needs before it runs
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["runbooks_one"];
        /**
         * Write another version of a company's own runbook
         * @description For who may: write a company's own runbooks.
         */
        put: operations["edit_update"];
        post?: never;
        /**
         * Remove a company's own runbook
         * @description For who may: write a company's own runbooks.
         */
        delete: operations["edit_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runbooks/{runbook_id}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a run would do; nothing is executed
         * @description For who may: acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems.
         */
        post: operations["dry_run_dry_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runbooks/{runbook_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A runbook's versions, the one in force first
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["runbooks_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/actors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who lives in the runtime
         * @description For who may: see the living tree or dead letters.
         */
        get: operations["system_actors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/companies/{company_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a quarantined company try again
         * @description For who may: let dead letters or quarantined companies go.
         */
        post: operations["system_release_company"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alerts that could not be placed
         * @description For who may: see the living tree or dead letters.
         */
        get: operations["system_dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/dead-letters/{alert_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Place a dead letter again
         * @description For who may: let dead letters or quarantined companies go.
         */
        post: operations["system_release_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/rights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who may do what */
        get: operations["system_rights"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether all runs are stopped
         * @description For who may: stop all runs of all companies.
         */
        get: operations["switch_switch"];
        /**
         * Stop all runs of all companies, or let them go on
         * @description For who may: stop all runs of all companies.
         */
        put: operations["switch_set_switch"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The people whom one administers
         * @description For who may: administer people.
         */
        get: operations["users_list"];
        put?: never;
        /**
         * Make a person, whose first password is shown once
         * @description For who may: administer people.
         */
        post: operations["users_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A person
         * @description For who may: administer people.
         */
        get: operations["users_one"];
        put?: never;
        post?: never;
        /**
         * Close a person's account
         * @description For who may: administer people.
         */
        delete: operations["users_disable"];
        options?: never;
        head?: never;
        /**
         * Change a person
         * @description For who may: administer people.
         */
        patch: operations["users_update"];
        trace?: never;
    };
    "/api/users/{user_id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new first password, which is shown once
         * @description For who may: administer people.
         */
        post: operations["users_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The alerts that fire, as Alertmanager tells them
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: operations["alertmanager_list"];
        put?: never;
        /**
         * Send alerts as Prometheus sends them to an Alertmanager
         * @description For who may: send alerts.
         */
        post: operations["prometheus_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send alerts
         * @description For who may: send alerts.
         */
        post: operations["webhook_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/pagerduty/v2/enqueue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event of PagerDuty's Events API v2, with an API key as its routing_key
         * @description For who may: send alerts.
         */
        post: operations["enqueue_enqueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send what a monitoring tool sends, as it sends it
         * @description For who may: send alerts.
         */
        post: operations["webhook_accept_format"];
        delete?: never;
        /** Whether CloudEvents may be sent here */
        options: operations["handshake_allow"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file that the dashboard is made of */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The file's id. */
                    file: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A file of the dashboard */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/javascript": unknown;
                        "text/css": unknown;
                        "font/woff2": unknown;
                        "image/svg+xml": unknown;
                    };
                };
                /** @description A problem */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                /** @description A problem */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the process measures, for Prometheus
         * @description For who may: read the process's metrics.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Every series */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description A problem */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether to send work here */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                /** @description A problem */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens, over a WebSocket
         * @description For who may: read alerts, incidents, memory or live events.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The id of an earlier event, for clients that cannot send `Last-Event-ID` at first. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What an actor is.
         * @enum {string}
         */
        ActorKind: "root" | "tenants" | "sweeper" | "leases" | "tenant" | "correlator" | "notifier" | "delivery" | "incident" | "decision" | "tool";
        /**
         * @description Which alerts count as the same trouble.
         * @enum {string}
         */
        AggregationKey: "asset|signature" | "asset" | "signature" | "asset|signature|tool";
        /** @description An alert. */
        Alert: {
            alert_id: components["schemas"]["AlertId"];
            /** @description What is in trouble. */
            asset_name: string;
            company_id: components["schemas"]["CompanyId"];
            delivery_id?: components["schemas"]["DeliveryId"] | null;
            ends_at?: components["schemas"]["Timestamp"] | null;
            /** @description By what repeats of the same trouble are known. */
            fingerprint: string;
            incident_id?: components["schemas"]["IncidentId"] | null;
            labels: {
                [key: string]: string;
            };
            message: string;
            received_at: components["schemas"]["Timestamp"];
            severity: components["schemas"]["Severity"];
            /** @description The kind of trouble. */
            signature: string;
            starts_at?: components["schemas"]["Timestamp"] | null;
            state: components["schemas"]["AlertState"];
            status: components["schemas"]["Signal"];
            /** @description Which monitoring tool sent it. */
            tool_source?: string | null;
            /** @description Whether it came without a signature. */
            unsigned: boolean;
            /** @description Where its sender shows more. */
            url?: string | null;
        };
        /** @example alr-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        AlertId: string;
        AlertPage: {
            items: components["schemas"]["Alert"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /**
         * @description What has become of an accepted alert. On the wire: `state`.
         * @enum {string}
         */
        AlertState: "received" | "held" | "placed" | "suppressed" | "unmatched" | "dead_letter";
        /** @description What has become of it. */
        AlertStatus: {
            inhibitedBy: string[];
            silencedBy: string[];
            state: string;
        };
        /** @description An alert as it is sent. */
        AlertToSend: {
            asset_name: string;
            ends_at?: components["schemas"]["Timestamp"] | null;
            fingerprint?: string | null;
            labels?: {
                [key: string]: string;
            } | null;
            message: string;
            severity: components["schemas"]["Severity"];
            signature: string;
            starts_at?: components["schemas"]["Timestamp"] | null;
            status?: components["schemas"]["Signal"] | null;
            tool_source?: string | null;
            url?: string | null;
        };
        /** @description One alert, or up to 1,000. */
        Alerts: components["schemas"]["AlertToSend"] | components["schemas"]["AlertToSend"][];
        /** @description What was taken. */
        AlertsReceived: {
            alert_id: components["schemas"]["AlertId"];
            /** @description That its delivery id came before with another body. */
            body_differs?: boolean;
            /** @description Whether it had been taken before. */
            duplicate: boolean;
            message: string;
        } | {
            accepted: number;
            alert_ids: components["schemas"]["AlertId"][];
            body_differs?: boolean;
            duplicates: number;
            message: string;
        };
        /** @description A model's answer that is as it has to be. */
        Answer: {
            /**
             * Format: double
             * @description 0 to 1.
             */
            confidence: number;
            /** @description What it rests on: ids of alerts, memories and calls that it was shown. */
            evidence: components["schemas"]["Cited"][];
            /** @description Why. */
            reasoning: string;
            /** @description What to do, in one sentence. */
            recommendation: string;
            /** @description What it proposes. */
            tool_calls: components["schemas"]["ToolCall"][];
        };
        /** @description An API key without itself. */
        ApiKey: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its public name. */
            key_id: components["schemas"]["KeyId"];
            /** @description What people call it. */
            name: string;
            revoked_at?: components["schemas"]["Timestamp"] | null;
            /** @description What it may do. */
            scopes: components["schemas"]["Scope"][];
            /** @description Whether it may send alerts without a signature. */
            unsigned: boolean;
        };
        /** @description An API key in a list. */
        ApiKeyLine: components["schemas"]["ApiKey"] & {
            last_used_at?: components["schemas"]["Timestamp"] | null;
        };
        ApiKeyLineList: {
            items: components["schemas"]["ApiKeyLine"][];
        };
        /** @description An approval, as it is shown. */
        Approval: {
            approval_id: components["schemas"]["ApprovalId"];
            automation?: components["schemas"]["RenderedAutomation"] | null;
            /** @description The exact command lines; none where an automation is started. */
            commands: string[];
            company_id: components["schemas"]["CompanyId"];
            created_at: components["schemas"]["Timestamp"];
            /** @description Who has agreed so far, or was against it. */
            decided_by: components["schemas"]["Vote"][];
            description?: string | null;
            /**
             * @description What prints what they would do, and changes nothing; `null` where the runbook is another by now, or
             *     starts an automation.
             */
            dry_run?: string[] | null;
            expires_at: components["schemas"]["Timestamp"];
            /** @description SHA-256 over all of it, in hex. */
            hash: string;
            /** @description The exact lines of the health check that follows a run which ends well; `null` where the runbook has none. */
            health_check?: string[] | null;
            incident_id: components["schemas"]["IncidentId"];
            /** @description Who must agree, and how many. */
            need: components["schemas"]["Need"];
            parameters: {
                [key: string]: unknown;
            };
            reason: string;
            requested_by: string;
            /** @description The registry's word. */
            risk_level: components["schemas"]["Risk"];
            run_id: components["schemas"]["RunId"];
            runbook: string;
            runbook_id: components["schemas"]["RunbookId"];
            /** Format: int32 */
            runbook_version: number;
            status: components["schemas"]["ApprovalStatus"];
            /** @description The exact machines. */
            targets: string[];
            /** @description What people call the runbook, and what it does; `null` where there is none of this name any more. */
            title?: string | null;
        };
        /** @example apr-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        ApprovalId: string;
        ApprovalPage: {
            items: components["schemas"]["Approval"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /**
         * @description Where it stands.
         * @enum {string}
         */
        ApprovalStatus: "pending" | "approved" | "rejected" | "expired" | "consumed" | "withdrawn";
        /** @description What one agrees to. */
        ApproveRequest: {
            /** @description The approval's `hash`, as it was seen: refused where it is another's. */
            hash?: string | null;
            /** @description A code of one's second factor, or a recovery code: for what is of high risk, where one has a second factor. */
            totp?: string | null;
        };
        /**
         * @description The least that somebody must be to agree.
         * @enum {string}
         */
        Approver: "technician" | "company_admin" | "msp_admin";
        /** @description A call that a model asks for. */
        Asked: {
            /** @description Its input, unchecked. */
            arguments: unknown;
            /** @description The provider's name for the call. */
            id: string;
            /** @description Which tool, as it was offered. */
            name: string;
        };
        /** @description What is said of an asset. */
        Asset: {
            criticality?: components["schemas"]["Severity"] | null;
            /** @description Names of the assets that it needs. */
            depends_on?: string[];
            /** @description As alerts give it. */
            name: string;
        };
        AssetList: {
            items: components["schemas"]["Asset"][];
        };
        /**
         * @description What a person is that has written a memory, when he wrote it.
         * @enum {string}
         */
        AuthorRole: "msp_admin" | "company_admin" | "technician";
        /** @description A document that a runbook starts, and what it is given. */
        AutomationCall: {
            /** @description Its name, or its ARN. */
            document: string;
            /**
             * @description By the names of its own parameters: those of the runbook whose values they take. The machines are not among
             *     them, they go in as `InstanceId`.
             */
            parameters?: {
                [key: string]: string;
            };
            /** @description Which version of it, a number: another is not what was agreed to. */
            version: string;
        };
        /** @description Whether a company's AWS account can be reached. */
        AwsCheck: {
            /** @description The account that the role is in, as AWS says. */
            account?: string | null;
            /** @description Who we are there, as AWS says. */
            arn?: string | null;
            checked_at: components["schemas"]["Timestamp"];
            /** @description Machines that take commands, of one page (50); `null` where they were not told. */
            instances?: number | null;
            /** @description Those of them that were heard of in the last minutes. */
            instances_online?: number | null;
            /** @description Whether every step went well. */
            ok: boolean;
            /** @description The steps that were tried, up to the first after which the next make no sense. */
            steps: components["schemas"]["AwsCheckStep"][];
        };
        /** @description `{}`, or nothing at all. */
        AwsCheckRequest: Record<string, never>;
        /** @description How a step went. */
        AwsCheckStep: {
            /** @description What was found, or what is in the way and who can mend it. */
            detail: string;
            ok: boolean;
            step: components["schemas"]["AwsCheckStepName"];
        };
        /**
         * @description A step of the trial.
         * @enum {string}
         */
        AwsCheckStepName: "assume_role" | "identity" | "instances";
        /** @description What a company makes its role with. */
        AwsRole: {
            /** @description Whose role. */
            company_id: components["schemas"]["CompanyId"];
            /** @description What the role is to ask for, and what is to be given as `external_id` when the company is connected. */
            external_id: string;
            /** @description What keeps these policies from being used as they are; `null` where nothing does. */
            missing?: string | null;
            /** @description What the role has to allow, and no more than that. */
            permissions_policy: unknown;
            /** @description Whom the role trusts: us, as `AWS_PRINCIPAL_ARN` says; `null` where that is not set. */
            principal?: string | null;
            /** @description The role in force; `null` where the company is not connected. */
            role_arn?: string | null;
            /** @description The role's trust policy. */
            trust_policy: unknown;
        };
        /** @description A company's AWS account. None of it is a secret: AWS shows the external id to whoever may read the role. */
        AwsSettings: {
            /**
             * @description Where all of its calls go instead of AWS: `https://`, or `http://` to this machine alone. Requests go there that
             *     are signed for our own identity, so this is for who runs the platform to say.
             */
            endpoint_url?: string | null;
            /**
             * @description What the role's trust policy asks for, so that nobody else's settings reach this role through us: 2 to 1224 of
             *     `A-Z a-z 0-9 _ + = , . @ : / -`.
             */
            external_id: string;
            /** @description The region that its instances, alarms and secrets are in: `eu-central-1`. Of the role's partition. */
            region: string;
            /**
             * @description The role in the company's account that is assumed: `arn:aws:iam::123456789012:role/alert-whisperer`. Of the
             *     partitions `aws`, `aws-cn`, `aws-us-gov`, `aws-iso`, `aws-iso-b`, `aws-iso-e`, `aws-iso-f`, `aws-eusc`.
             */
            role_arn: string;
            /** @description How long calls may take. */
            timeouts?: components["schemas"]["AwsTimeouts"];
        };
        /** @description How long a call to AWS may take. */
        AwsTimeouts: {
            /**
             * Format: int32
             * @description One attempt, in seconds: 1 to 120.
             * @default 15
             */
            attempt_seconds?: number;
            /**
             * Format: int32
             * @description Until a connection is open, in seconds: 1 to 10.
             * @default 3
             */
            connect_seconds?: number;
            /**
             * Format: int32
             * @description All attempts together, in seconds: 1 to 300, and no less than one attempt.
             * @default 40
             */
            operation_seconds?: number;
            /**
             * Format: int32
             * @description From the request to the first byte of its answer, in seconds: 1 to 60.
             * @default 10
             */
            read_seconds?: number;
        };
        BTreeMap: {
            [key: string]: {
                criticality?: components["schemas"]["Severity"] | null;
                /** @description Names of the assets that it needs. */
                depends_on?: string[];
            };
        };
        /** @description What a decision was allowed to spend. */
        Budget: {
            /**
             * Format: int32
             * @description The longest it may take, in seconds.
             */
            max_time_seconds: number;
            /**
             * Format: int32
             * @description The most tokens it may use.
             */
            max_tokens: number;
        };
        /** @description A run that the service tries to end. */
        Cancelling: {
            message: string;
            /** @description As it stands: how it has ended is seen here once the service says so. */
            run: components["schemas"]["Run"];
        };
        /** @description A channel, as it is shown. */
        Channel: {
            created_at: components["schemas"]["Timestamp"];
            disabled?: components["schemas"]["Disabled"] | null;
            kind: components["schemas"]["ChannelKind"];
            /** @description Where it leads, without what is secret. */
            leads_to: string;
            name: string;
            /** @description What messages are signed with per Standard Webhooks. Shown once, when it is made. */
            secret?: string;
        };
        /**
         * @description What kind of place.
         * @enum {string}
         */
        ChannelKind: "webhook" | "slack" | "teams" | "email" | "jira" | "service_now";
        ChannelList: {
            items: components["schemas"]["Channel"][];
        };
        /** @description What a receiver said to a trial. */
        ChannelTried: {
            /** @description What it answered, or why it could not be asked. */
            answer: string;
            /** @description Whether it took the message. */
            delivered: boolean;
        };
        /** @description Whether a company's service in its cloud is called. */
        Circuit: {
            company_id: components["schemas"]["CompanyId"];
            /**
             * Format: int32
             * @description Failures since the last success.
             */
            failures: number;
            /** @description `sts`, `ssm`, `cloudwatch` or `secretsmanager`. */
            service: string;
            /** @description `closed`: it is called. `open`: nothing is sent until then. `half_open`: one call decides. */
            state: string;
            until?: components["schemas"]["Timestamp"] | null;
        };
        /** @description Something that a model cites. */
        Cited: {
            /** @description What it shows. */
            detail: string;
            /** @description The id of an alert, a memory or a call that it was shown. */
            id: string;
        };
        /**
         * @description Which of the clocks.
         * @enum {string}
         */
        Clocked: "response" | "resolution";
        /** @description The figures of companies in a period. */
        CompaniesKpis: {
            /** @description In the order of their ids. */
            items: components["schemas"]["NamedKpis"][];
            /** @description From the beginning of the hour that it is in. */
            since: components["schemas"]["Timestamp"];
            /** @description What all of them come to together. */
            total: components["schemas"]["KpiPeriod"];
            until: components["schemas"]["Timestamp"];
        };
        /** @description A company with its settings. */
        Company: {
            archived_at?: components["schemas"]["Timestamp"] | null;
            aws?: components["schemas"]["AwsSettings"] | null;
            /** @description Which. */
            company_id: components["schemas"]["CompanyId"];
            /** @description How its alerts are grouped. */
            correlation: components["schemas"]["Correlation"];
            /** @description When it was created. */
            created_at: components["schemas"]["Timestamp"];
            erase_requested_at?: components["schemas"]["Timestamp"] | null;
            erased_at?: components["schemas"]["Timestamp"] | null;
            /** @description What it takes from monitoring tools. */
            intake: components["schemas"]["Intake"];
            /** @description What people call it. */
            name: string;
            /** @description Who hears of its incidents. */
            notifications: components["schemas"]["Notifications"];
            /** @description What may run for it, and who must agree. */
            policy: components["schemas"]["Policy"];
            /** @description How many alerts it may send. */
            rate_limit: components["schemas"]["RateLimit"];
            /** @description How long what there is of it is kept. */
            retention: components["schemas"]["Retention"];
            /** @description Its own rules of grouping. */
            rules: components["schemas"]["Rule"][];
            /** @description What its people have silenced for a while. */
            silences: unknown[];
            /** @description What keeps its incidents quiet. */
            suppression: components["schemas"]["Suppression"];
            /**
             * Format: int64
             * @description Raised by every change of its settings.
             */
            version: number;
        };
        /** @example comp-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        CompanyId: string;
        /** @description A company's figures before and after a moment, and what has become of them. */
        CompanyImpact: components["schemas"]["Impact"] & {
            after: components["schemas"]["KpiPeriod"];
            /** @description The moment: the beginning of its hour. */
            at: components["schemas"]["Timestamp"];
            before: components["schemas"]["KpiPeriod"];
            company_id: components["schemas"]["CompanyId"];
            /**
             * Format: int32
             * @description As many days before it as after it.
             */
            days: number;
        };
        /** @description A company's figures. */
        CompanyKpis: components["schemas"]["KpiPeriod"] & {
            company_id: components["schemas"]["CompanyId"];
        };
        /** @description A company in a list. */
        CompanyLine: {
            archived_at?: components["schemas"]["Timestamp"] | null;
            company_id: components["schemas"]["CompanyId"];
            created_at: components["schemas"]["Timestamp"];
            erased_at?: components["schemas"]["Timestamp"] | null;
            name: string;
        };
        CompanyLineList: {
            items: components["schemas"]["CompanyLine"][];
        };
        /** @description What is asked for. */
        CompanyRequest: {
            /** @description How its alerts are grouped. */
            correlation?: components["schemas"]["Correlation"];
            id?: components["schemas"]["CompanyId"] | null;
            /** @description What people call it: 1 to 256 characters. */
            name: string;
            /** @description How many alerts it may send. */
            rate_limit?: components["schemas"]["RateLimit"];
            /** @description What its first key may do. */
            scopes?: components["schemas"]["Scope"][];
            /** @description Whether its first key may send alerts without a signature. */
            unsigned?: boolean;
        };
        CompanyUpdate: {
            /** @description What people call it. */
            name?: string | null;
        };
        /** @description The document. */
        Config: {
            /** @description What it has. */
            assets?: components["schemas"]["BTreeMap"];
            aws?: components["schemas"]["AwsSettings"] | null;
            /** @description Whose it is. May be left out; another company's document is refused. */
            company_id?: components["schemas"]["CompanyId"];
            /** @description How its alerts are grouped. Its `version` is ours, and no part of the document. */
            correlation?: components["schemas"]["Correlation"];
            intake?: components["schemas"]["Intake"] | null;
            /** @description What people call the company. */
            name: string;
            notifications?: components["schemas"]["Notifications"] | null;
            policy?: components["schemas"]["Policy"] | null;
            /** @description How many alerts it may send. */
            rate_limit?: components["schemas"]["RateLimit"];
            retention?: components["schemas"]["Retention"] | null;
            /** @description Its own rules of grouping. Left out, they stay as they are. */
            rules?: components["schemas"]["Rule"][] | null;
            suppression?: components["schemas"]["Suppression"] | null;
        };
        /** @description What a document changes. */
        Configured: {
            applied: boolean;
            /** @description `{path: {before, after}}`. */
            changes: {
                [key: string]: unknown;
            };
        };
        /** @description An incident that an alert did not join. */
        Considered: {
            /** @description Which. */
            incident_id: components["schemas"]["IncidentId"];
            /** @description Why not. */
            why_not: string;
        };
        /** @description A route, and whether it leads somewhere. */
        ConsideredRoute: {
            /** @description Where it leads. */
            channels: string[];
            /** @description Its name. */
            route: string;
            /** @description Why it leads nowhere; `null` where it does. */
            why_not?: string | null;
        };
        /** @description Something that could keep an incident quiet. */
        ConsideredSuppression: {
            /** @description What kind of thing. */
            kind: components["schemas"]["SuppressedByKind"];
            /** @description The silence's id, or the name of the window or inhibition. */
            name: string;
            /** @description Why it does not; `null` where it does. */
            why_not?: string | null;
        };
        /** @description The body of `correlate`; all of it may stand in the query instead. */
        CorrelateRequest: {
            company_id?: components["schemas"]["CompanyId"] | null;
            /** @description From when on is counted: an RFC 3339 time, or a span before now; `24h` where nothing is said. */
            since?: string | null;
        };
        /** @description What came of the alerts. */
        Correlated: {
            incidents: components["schemas"]["Incident"][];
            /** Format: int64 */
            incidents_created: number;
            next_cursor?: string | null;
            /**
             * Format: double
             * @description (1 − incidents/alerts)·100, to one decimal; nothing where no alerts came.
             */
            noise_reduction_pct?: number | null;
            since: components["schemas"]["Timestamp"];
            /** Format: int64 */
            total_alerts: number;
        };
        /** @description A company's correlation settings. */
        Correlation: {
            /**
             * @description Which alerts count as the same trouble.
             * @default asset|signature
             */
            aggregation_key?: components["schemas"]["AggregationKey"];
            /**
             * Format: int32
             * @description How many alerts open an incident: 1 to 1000.
             * @default 1
             */
            min_alerts?: number;
            /**
             * Format: int32
             * @description How long after its end an incident is reopened by its own alerts, in minutes: 0 to 1440.
             * @default 30
             */
            reopen_window_minutes?: number;
            /**
             * Format: int32
             * @description How long everything in an incident must have recovered before it resolves itself, in seconds: 0 to 3600.
             * @default 120
             */
            resolve_hold_seconds?: number;
            /**
             * Format: int32
             * @description After how much silence an incident is over, in minutes: 15 to 43200 (30 days).
             * @default 1440
             */
            stale_after_minutes?: number;
            /**
             * Format: int32
             * @description Raised by every change; receipts name it.
             * @default 1
             */
            version?: number;
            /**
             * Format: int32
             * @description How long after its last alert an incident is joined by key, in minutes: 5 to 15.
             * @default 15
             */
            window_minutes?: number;
        };
        /** @description A person with the password that was made for him. */
        CreatedUser: components["schemas"]["User"] & {
            /** @description Shown once; he has to choose his own with it. */
            password: string;
        };
        /** @description The same, for the one who asked. Has no `Debug`, so that no log can hold it. */
        Credentials: {
            /** @description Its first API key. Shown once. */
            api_key: string;
            company_id: components["schemas"]["CompanyId"];
            /** @description Its first webhook secret. Shown once. */
            webhook_secret: string;
        };
        /**
         * @description A day of the week.
         * @enum {string}
         */
        Day: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
        /** @description An alert that could not be placed. */
        DeadLetter: components["schemas"]["Alert"] & {
            receipt?: components["schemas"]["Receipt"] | null;
        };
        DeadLetterPage: {
            items: components["schemas"]["DeadLetter"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /** @description The fields as they are sent. */
        DecideRequest: {
            company_id: components["schemas"]["CompanyId"];
            incident_data?: components["schemas"]["IncidentData"] | null;
            /** @description An incident of the company's, or a name of the caller's own. */
            incident_id: components["schemas"]["IncidentId"];
            /** @description What the caller remembers: data, never rules. */
            memory_context?: {
                [key: string]: unknown;
            } | null;
            /** @description Whether the answer is to be a stream; `Accept: text/event-stream` asks for one too. */
            stream?: boolean | null;
        };
        /** @description A decision as it is stored and answered: the guide's fields and ours. */
        Decision: {
            /** @description What it might have spent. */
            budget: components["schemas"]["Budget"];
            /** @description Whose it is. */
            company_id: components["schemas"]["CompanyId"];
            /**
             * Format: double
             * @description 0 to 1.
             */
            confidence: number;
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            decision_id: components["schemas"]["DecisionId"];
            /**
             * Format: int64
             * @description From the request's arrival at the incident to its outcome.
             */
            duration_ms: number;
            /** @description Which engine made it: `rules`, `memory`, `llm`, `bedrock-agent` or `agentcore`. */
            engine: string;
            /** @description What it rests on. */
            evidence: components["schemas"]["Evidence"][];
            /** @description Why those engines did not decide that were asked before. */
            fallback?: string | null;
            /** @description What it is about. */
            incident_id: components["schemas"]["IncidentId"];
            /** @description Why. */
            reasoning: string;
            /** @description What to do, in one sentence. */
            recommendation: string;
            /** @description Who asked: `incident`, or a principal. */
            requested_by: string;
            /** @description What it has. */
            spent?: components["schemas"]["Spent"];
            /**
             * Format: int32
             * @description By the provider's own count; 0 where rules settled it.
             */
            tokens_used: number;
            /** @description What to call for it. */
            tool_calls: components["schemas"]["ToolCall"][];
        };
        /** @example dec-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        DecisionId: string;
        DecisionPage: {
            items: components["schemas"]["Decision"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /** @description What was said with one engine, and what came of it. */
        Deliberation: {
            answer?: components["schemas"]["Answer"] | null;
            /** @description What it could spend. */
            budget: components["schemas"]["Budget"];
            /** @description Which engine. */
            engine: string;
            /** @description Turn by turn. */
            exchanges: components["schemas"]["Exchange"][];
            /** @description Why it came to nothing. */
            failure?: string | null;
            /** @description What it has looked at, in order. */
            looks: components["schemas"]["Look"][];
            /** @description What it was told. */
            material: components["schemas"]["Material"];
            /** @description Which model or agent, as its provider calls it. */
            model: string;
            /** @description The prompt's name and version. */
            prompt: string;
            /** @description Its SHA-256, in hex. */
            prompt_sha256: string;
        };
        /** @description A message to a channel, as it is shown. */
        Delivery: {
            /** @description The route or step that leads there. */
            because: string;
            channel: string;
            created_at: components["schemas"]["Timestamp"];
            delivery_id: components["schemas"]["DeliveryNoteId"];
            ended_at?: components["schemas"]["Timestamp"] | null;
            incident_id: components["schemas"]["IncidentId"];
            /** @description What is told: the body of a webhook. */
            message: components["schemas"]["WebhookMessage"];
            next_at?: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["Fate"];
            /** @description How often it was tried. */
            tried: number;
            /** @description The last tries. */
            tries: components["schemas"]["Try"][];
            type: components["schemas"]["News"];
            /** @description Why it was given up, where that was not for what its last try came to. */
            why?: string | null;
        };
        /** @example dlv-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        DeliveryId: string;
        /** @example dlv-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        DeliveryNoteId: string;
        DeliveryPage: {
            items: components["schemas"]["Delivery"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /** @description A channel that is used no more, until it is set anew. */
        Disabled: {
            /** @description Since when. */
            at: components["schemas"]["Timestamp"];
            /** @description Why. */
            why: string;
        };
        /** @description What a run would do. */
        DryRun: {
            automation?: components["schemas"]["RenderedAutomation"] | null;
            /** @description The exact lines of a run; none where it starts an automation. */
            commands: string[];
            /** @description Whether the company is connected to its AWS account. */
            connected: boolean;
            /**
             * @description The exact lines that print on a machine what a run would do there, and change nothing; none where
             *     it starts an automation.
             */
            dry_run_commands: string[];
            hash?: components["schemas"]["RunHash"] | null;
            /** @description The exact lines of the health check that follows a run which ends well; `null` where the runbook has none. */
            health_check_commands?: string[] | null;
            /** @description What is missing before it could run; `null` where nothing is. */
            missing?: string | null;
            needs?: components["schemas"]["Need"] | null;
            risk: components["schemas"]["Risk"];
            runbook_id: components["schemas"]["RunbookId"];
            slug: string;
            /** @description On which of its machines. */
            targets: components["schemas"]["DryRunTarget"][];
            /**
             * Format: int32
             * @description How long a run may take.
             */
            timeout_seconds: number;
            /** Format: int32 */
            version: number;
        };
        /** @description What is asked to be run. */
        DryRunRequest: {
            /** @description Or on the machine of an asset: the one that calls itself so, or has this address. */
            asset_name?: string | null;
            /** @description On which machines. */
            instance_ids?: string[] | null;
            /** @description What is said to the runbook. */
            parameters?: {
                [key: string]: unknown;
            };
        };
        /** @description A machine of a run. */
        DryRunTarget: {
            instance_id: string;
            /** @description What it calls itself. */
            name?: string | null;
            /** @description Whether SSM hears of it now. */
            online: boolean;
            /** @description Which system it has, in SSM's words. */
            platform: string;
        };
        /** @description Why it is over. */
        Ended: {
            at?: components["schemas"]["Timestamp"] | null;
            /** @description By whom, or by what: `recovery`, `merge`, `stale`, a run. */
            by?: string | null;
            merged_into?: components["schemas"]["IncidentId"] | null;
        };
        /** @description An ended login. */
        EndedLogin: {
            login_id: components["schemas"]["LoginId"];
            message: string;
        };
        /** @description A silence that is over. */
        EndedSilence: {
            message: string;
            silence_id: components["schemas"]["SilenceId"];
        };
        /** @description Confirms what is not taken back. */
        Erasure: {
            /** @description The company's id, once more. */
            confirm: components["schemas"]["CompanyId"];
        };
        EscalateRequest: {
            /** @default null */
            reason?: string | null;
        };
        /** @description A step while nobody takes notice: nobody has acknowledged the incident, and nobody has it. */
        EscalationStep: {
            /**
             * Format: int32
             * @description How long after the incident was told, in minutes: 1 to 10080.
             */
            after_minutes: number;
            /** @description To these channels, by name: 1 to 10. */
            channels: string[];
            /** @description For incidents of these severities; of each where there is none. */
            severities?: components["schemas"]["Severity"][];
        };
        /** @description What PagerDuty answers. */
        EventProcessed: {
            /** @description By what the event's trouble is known. */
            dedup_key?: string | null;
            message: string;
            status: string;
        };
        /** @description Something a decision rests on. */
        Evidence: {
            /** @description What was seen, in one sentence. */
            detail: string;
            /** @description Which alert, memory or call, where it is one. */
            id?: string | null;
            /** @description `rule`, `incident`, `short_memory`, `memory_context`, `past_runs`, `alert`, `memory` or `tool`. */
            kind: string;
        };
        /** @description One turn with a model. */
        Exchange: {
            failed?: components["schemas"]["ModelFailure"] | null;
            /**
             * Format: int32
             * @description The most tokens that it could write.
             */
            max_output: number;
            /** @description The one that it had to. */
            must_call?: string | null;
            /** @description Tools that it could call. */
            offered: string[];
            said?: components["schemas"]["Said"] | null;
            /** @description What was sent beyond what was said before it, word for word. */
            sent: components["schemas"]["Part"][];
            /**
             * Format: int32
             * @description Tokens that it cost, by the provider's count where it has one.
             */
            tokens: number;
        };
        /** @description What is to be run. */
        ExecuteRequest: {
            /**
             * @description The lines that the runbook comes to, which are compared; or lines without a runbook, where `policy.free_commands`
             *     allows them: always of high risk.
             */
            commands?: string[] | null;
            /** @description On which of the company's machines; left out, the one that the incident's asset is called. */
            instance_ids?: components["schemas"]["InstanceId"][] | null;
            /** @description What is said to the runbook. */
            parameters?: {
                [key: string]: unknown;
            };
            /** @description Why, for whoever has to agree. */
            reason?: string | null;
            /** @description Another name for `runbook_id`. */
            runbook?: string | null;
            /** @description A runbook's id or short name: `disk-cleanup`. Without it, under this name or the other, there have to be commands. */
            runbook_id?: string | null;
            /**
             * Format: int32
             * @description How long commands without a runbook may take on a machine, in seconds: 300 where it is left out.
             */
            timeout_seconds?: number | null;
        };
        /** @description A run that has begun. */
        Executing: {
            /** @description `not_required` where the policy asks nobody else, `consumed` where people have agreed. */
            approval_status: string;
            /** @description SSM's name for it; `null` where it is not known, or it was never sent. */
            command_id?: string | null;
            incident_id: components["schemas"]["IncidentId"];
            instance_ids: components["schemas"]["InstanceId"][];
            message: string;
            risk_level: components["schemas"]["Risk"];
            run_id: components["schemas"]["RunId"];
            status: components["schemas"]["RunStatus"];
            /** @description Where it was not sent: why. */
            why?: string | null;
        };
        /**
         * @description What has become of a message.
         * @enum {string}
         */
        Fate: "pending" | "delivered" | "failed";
        /**
         * @description What a person has to do before he may do anything else.
         * @enum {string}
         */
        FirstDo: "password_change_required" | "second_factor_required";
        /** @description The password that was made for a person. */
        FirstPassword: {
            email: string;
            /** @description Shown once; he has to choose his own with it. */
            password: string;
            user_id: components["schemas"]["UserId"];
        };
        /** @description Why it flaps, or does not. */
        FlappingWhy: {
            calm_at?: components["schemas"]["Timestamp"] | null;
            /** @description How often it has changed between firing and recovered in the last 10 minutes. */
            flips: number;
            /** @description How many make it flap, or keep it flapping. */
            more_than: number;
            since?: components["schemas"]["Timestamp"] | null;
        };
        /** @description How the process is. */
        Health: {
            status: string;
        };
        /** @description A word that was heard. */
        Heard: {
            last_seen_at?: components["schemas"]["Timestamp"] | null;
            message: string;
            name: string;
        };
        /** @description What a company is to hear of at least so often. */
        Heartbeat: {
            /** @description Since when it is listened for. */
            created_at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description How long it may be silent, in seconds.
             */
            every_seconds: number;
            last_seen_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its name, 1 to 128 of `A-Z a-z 0-9 . _ : -`, not beginning with a dot; the asset of its alerts. */
            name: string;
            /** @description How grave its silence is. */
            severity: components["schemas"]["Severity"];
            silent_since_at?: components["schemas"]["Timestamp"] | null;
        };
        HeartbeatList: {
            items: components["schemas"]["Heartbeat"][];
        };
        /** @description What is listened for. */
        HeartbeatRequest: {
            /**
             * Format: int32
             * @description How long it may be silent, in seconds: 60 to 2678400; as it was where nothing is said, 300 for a new one.
             */
            every_seconds?: number;
            /** @description How grave its silence is; as it was where nothing is said, high for a new one. */
            severity?: components["schemas"]["Severity"];
        };
        /** @description What a change has brought: positive is better. Nothing where there was nothing before, or nothing after. */
        Impact: {
            /**
             * Format: double
             * @description The same of `mtta_minutes`.
             */
            mtta_improvement_pct?: number | null;
            /**
             * Format: double
             * @description ((before − after)/before)·100 of `mttr_minutes`; null also where it was 0 before.
             */
            mttr_improvement_pct?: number | null;
            /**
             * Format: double
             * @description after − before of `noise_reduction_pct`, in points.
             */
            noise_reduction_improvement_points?: number | null;
            /**
             * Format: double
             * @description after − before of `self_healed_pct`, in points.
             */
            self_healed_improvement_points?: number | null;
        };
        /** @description An incident. */
        Incident: {
            acknowledged_at?: components["schemas"]["Timestamp"] | null;
            acknowledged_by?: string | null;
            /** Format: int64 */
            alert_count: number;
            alerts_archived_at?: components["schemas"]["Timestamp"] | null;
            asset_name: string;
            assigned_to?: string | null;
            /** @description The clocks that its company's service levels give it. */
            clocks: components["schemas"]["IncidentClock"][];
            company_id: components["schemas"]["CompanyId"];
            created_at: components["schemas"]["Timestamp"];
            decision?: components["schemas"]["Decision"] | null;
            flapping: boolean;
            incident_id: components["schemas"]["IncidentId"];
            merged_into?: components["schemas"]["IncidentId"] | null;
            phase: components["schemas"]["Phase"];
            /**
             * Format: int64
             * @description How urgent it is as of now; higher is more urgent.
             */
            priority_score: number;
            resolved_at?: components["schemas"]["Timestamp"] | null;
            resolved_by?: string | null;
            session?: components["schemas"]["Session"] | null;
            /** @description The gravest that fires. */
            severity: components["schemas"]["Severity"];
            signature: string;
            snoozed_until?: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["IncidentStatus"];
            /** @description What keeps it quiet: nobody is told of it, and it decides nothing by itself. */
            suppressed_by: components["schemas"]["SuppressedBy"][];
            told_at?: components["schemas"]["Timestamp"] | null;
            tool_sources: string[];
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description A clock of an incident. */
        IncidentClock: {
            /** @description Whether it was, or is, too late. */
            breached: boolean;
            /** @description Until when something has to happen. */
            clock: components["schemas"]["Clocked"];
            due_at: components["schemas"]["Timestamp"];
            stopped_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What a caller says of an incident. */
        IncidentData: {
            affected_assets?: string[];
            /** Format: int64 */
            alert_count?: number;
            severity: components["schemas"]["Severity"];
            signature: string;
        };
        /** @description What is known of the incident to be decided: its row, or the caller's `incident_data`. */
        IncidentFacts: {
            /** @description What is in trouble. */
            affected_assets: string[];
            /**
             * Format: int64
             * @description How many alerts told of it.
             */
            alert_count: number;
            /** @description The gravest that fires. */
            severity: components["schemas"]["Severity"];
            /** @description The kind of trouble. */
            signature: string;
        };
        /** @example inc-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        IncidentId: string;
        /** @description An unresolved incident, in short. */
        IncidentLine: {
            acknowledged_at?: components["schemas"]["Timestamp"] | null;
            /** Format: int64 */
            alert_count: number;
            asset_name: string;
            assigned_to?: string | null;
            /** @description The clocks that its company's service levels give it. */
            clocks: components["schemas"]["IncidentClock"][];
            company_id: components["schemas"]["CompanyId"];
            /**
             * Format: double
             * @description How sure that is, from 0 to 1.
             */
            confidence?: number | null;
            created_at: components["schemas"]["Timestamp"];
            flapping: boolean;
            incident_id: components["schemas"]["IncidentId"];
            phase: components["schemas"]["Phase"];
            /**
             * Format: int64
             * @description How urgent it is as of now; higher is more urgent.
             */
            priority_score: number;
            /** @description What the last decision says; `null` where nothing was decided. */
            recommendation?: string | null;
            /** @description The gravest that fires. */
            severity: components["schemas"]["Severity"];
            signature: string;
            snoozed_until?: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["IncidentStatus"];
            /** @description Whether something keeps it quiet. */
            suppressed: boolean;
            tool_sources: string[];
            updated_at: components["schemas"]["Timestamp"];
        };
        IncidentLinePage: {
            items: components["schemas"]["IncidentLine"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        IncidentPage: {
            items: components["schemas"]["Incident"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /**
         * @description Where an incident stands, in the words of its users.
         * @enum {string}
         */
        IncidentStatus: "new" | "in_progress" | "resolved" | "escalated";
        /** @description An incident as a message shows it. */
        IncidentTold: {
            /**
             * Format: int64
             * @description How many alerts.
             */
            alert_count: number;
            /** @description What is in trouble. */
            asset_name: string;
            /** @description Who has it. */
            assigned_to?: string | null;
            /** @description Since when. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Which. */
            incident_id: components["schemas"]["IncidentId"];
            /** @description Its labels. */
            labels?: {
                [key: string]: string;
            };
            /** @description What the newest alert that fires says. */
            message?: string | null;
            /** @description How grave it was. */
            severity: components["schemas"]["Severity"];
            /** @description The kind of trouble. */
            signature: string;
            /** @description Where it stood. */
            status: components["schemas"]["IncidentStatus"];
            /** @description A link back to the tool. */
            url?: string | null;
        };
        IncidentUpdate: {
            /** @description The id or e-mail address of somebody who works for the company. Absent: left as it is. `null`: nobody. */
            assigned_to?: string | null;
            note?: string | null;
        };
        /** @description Why an incident is as it is, and why not otherwise. */
        IncidentWhy: {
            ended?: components["schemas"]["Ended"] | null;
            /** @description Why it flaps, or does not. */
            flapping: components["schemas"]["FlappingWhy"];
            incident_id: components["schemas"]["IncidentId"];
            needs_human?: components["schemas"]["NeedsHumanWhy"] | null;
            opened?: components["schemas"]["Opened"] | null;
            /** @description Why it is quiet, or is not. */
            suppression: components["schemas"]["SuppressionWhy"];
            /** @description Who is told of it, or would be, and who is not. */
            told: components["schemas"]["ToldWhy"];
            /** @description Why nothing was decided; `null` where it was, and the decision says why. */
            undecided?: string | null;
        };
        /** @description Trouble that makes other trouble no news. */
        Inhibition: {
            /**
             * @description What has to be the same of both: `asset`, `signature`, `tool`, `severity`, or a label as `labels.site`; at most 8.
             * @example [
             *       "labels.site"
             *     ]
             */
            equal?: string[];
            /** @description What people and incidents call it: 1 to 64 characters, no other's. */
            name: string;
            /**
             * @description Which alerts are the cause, in CEL, as in a rule: one of an open incident that fires.
             * @example signature == 'site-down'
             */
            source: string;
            /**
             * @description Which alerts are no news then, in CEL.
             * @example severity in ['low', 'medium']
             */
            target: string;
        };
        /** @description What makes other trouble no news. */
        Inhibitions: {
            /** @description At most 50. */
            inhibitions: components["schemas"]["Inhibition"][];
            /** @description Whether an incident is quiet while one about something that its assets depend on is open. */
            silence_dependents?: boolean;
        };
        /** @description A machine that SSM knows: an EC2 instance (`i-` and 8 or 17 of `0-9a-f`), or a managed node (`mi-` and 17). */
        InstanceId: string;
        /** @description What a company takes from monitoring tools. */
        Intake: {
            /** @default null */
            custom?: components["schemas"]["Mapping"] | null;
            /**
             * @description Whether the alarms of its AWS account are asked for each minute, for those that are not pushed.
             * @default false
             */
            poll_cloudwatch?: boolean;
            /**
             * @description ARNs of the SNS topics whose signed messages are taken as its own, and whose subscriptions are confirmed:
             *     `arn:aws:sns:eu-central-1:123456789012:alarms`. At most 32.
             * @default []
             */
            sns_topics?: string[];
        };
        /** @description What is to be otherwise; what is left out stays. */
        IntakeChange: {
            custom?: components["schemas"]["Mapping"] | null;
            /** @description Whether the alarms of its AWS account are asked for. */
            poll_cloudwatch?: boolean;
            /** @description The topics of SNS that it listens to. */
            sns_topics?: string[];
        };
        /** @description A journal entry's fields, of which the stored text is hashed and answered as it is. */
        JournalEntry: {
            /** @description Who did it: a person's or a key's id, or the part of the system. */
            actor: string;
            at: components["schemas"]["Timestamp"];
            company_id: components["schemas"]["CompanyId"];
            /** @description What else is known of it. What came from outside stands under `from`: `{address, agent}`. */
            data: {
                [key: string]: unknown;
            };
            /** @description SHA-256 over the hash before it and this entry, in hex. */
            hash: string;
            id: string;
            /** @description What happened, such as `incident.opened`. */
            kind: string;
            /**
             * Format: int64
             * @description Its place in the journal, from 1, without gaps.
             */
            seq: number;
            /** @description What it is about: an id. */
            subject: string;
        };
        JournalEntryPage: {
            items: components["schemas"]["JournalEntry"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /** @description A trace as it is kept and shown. */
        KeptTrace: components["schemas"]["Trace"] & {
            /** @description Whose. */
            company_id: components["schemas"]["CompanyId"];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Of which decision. */
            decision_id: components["schemas"]["DecisionId"];
            /** @description About what. */
            incident_id: components["schemas"]["IncidentId"];
            /** @description In which session. */
            session_id: components["schemas"]["SessionId"];
        };
        /** @example key-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        KeyId: string;
        /** @description What figures are made of: incidents that were opened in the period. */
        KpiCounts: {
            /**
             * Format: int64
             * @description Those that somebody took notice of.
             */
            acknowledged: number;
            /**
             * Format: int64
             * @description Alerts in them.
             */
            alerts: number;
            /**
             * Format: int64
             * @description Incidents; one that was merged into another is none.
             */
            incidents: number;
            /**
             * Format: int64
             * @description Those that are over.
             */
            resolved: number;
            /**
             * Format: int64
             * @description Those that a run ended, with no act of a person.
             */
            self_healed: number;
        };
        /** @description What a company's incidents that were opened in a period came to. Figures are measured, to one decimal, or null. */
        KpiPeriod: components["schemas"]["Kpis"] & {
            /** @description What this is made of. */
            counts: components["schemas"]["KpiCounts"];
            /**
             * Format: double
             * @description How many machines have the patches they should have, measured within the last quarter of an hour; null where no
             *     AWS account is connected, for periods that are compared, and for those with an end of their own. A sum is over
             *     the machines that were measured.
             */
            patch_compliance_pct?: number | null;
            /** @description From the beginning of the hour that it is in. */
            since: components["schemas"]["Timestamp"];
            /** @description Up to here; a period that has not ended yet ends now. */
            until: components["schemas"]["Timestamp"];
        };
        /** @description Figures step by step. */
        KpiSeries: {
            company_id?: components["schemas"]["CompanyId"] | null;
            /** @description Every step, also those in which nothing was. */
            items: components["schemas"]["KpiSeriesItem"][];
            /** @description The beginning of the first step. */
            since: components["schemas"]["Timestamp"];
            step: components["schemas"]["KpiStep"];
            until: components["schemas"]["Timestamp"];
        };
        /** @description What the incidents that were opened in a step came to. */
        KpiSeriesItem: components["schemas"]["Kpis"] & {
            /** @description Its beginning. */
            at: components["schemas"]["Timestamp"];
            counts: components["schemas"]["KpiCounts"];
            /**
             * Format: double
             * @description How many machines had the patches they should have, as it was measured on that day; null where nothing was, and by
             *     the hour.
             */
            patch_compliance_pct?: number | null;
        };
        /**
         * @description In what steps a period is looked at.
         * @enum {string}
         */
        KpiStep: "hour" | "day";
        /** @description Figures to one decimal; nothing where nothing was measured. */
        Kpis: {
            /**
             * Format: double
             * @description From an incident's beginning to the first notice that somebody took of it, on average; null where nobody did.
             */
            mtta_minutes?: number | null;
            /**
             * Format: double
             * @description From an incident's beginning to its end, on average; null where none ended.
             */
            mttr_minutes?: number | null;
            /**
             * Format: double
             * @description (1 − incidents/alerts)·100, over alerts that are in incidents; null where there were none.
             */
            noise_reduction_pct?: number | null;
            /**
             * Format: double
             * @description How many of those that ended were ended by a run, with no act of a person; null where none ended.
             */
            self_healed_pct?: number | null;
        };
        /** @description Who lives, at all nodes. */
        Living: {
            /** @description Whether companies' clouds are called: those that were called for lately. Each node has its own. */
            circuits: components["schemas"]["Circuit"][];
            /** @description At most 1,000 of them. */
            items: components["schemas"]["Resident"][];
            /** @description The nodes that share the store; none where there is one process. */
            nodes: components["schemas"]["Node"][];
            total: number;
        };
        /** @description Who has logged in. */
        LoggedIn: {
            company_ids: components["schemas"]["CompanyId"][];
            email: string;
            name: string;
            role: components["schemas"]["Role"];
            user_id: components["schemas"]["UserId"];
        };
        /** @description That a login has ended. */
        LoggedOut: {
            message: string;
        };
        /** @example lgn-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        LoginId: string;
        /** @description A login. */
        LoginLine: {
            address?: string | null;
            /** @description What the client called itself. */
            agent?: string | null;
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether it is the one that asks. */
            current: boolean;
            /** @description When it ends unless it is renewed. */
            ends_at: components["schemas"]["Timestamp"];
            login_id: components["schemas"]["LoginId"];
            renewed_at: components["schemas"]["Timestamp"];
        };
        LoginLineList: {
            items: components["schemas"]["LoginLine"][];
        };
        LoginRequest: {
            /** @description Whether the refresh token is to come as a cookie. */
            cookie?: boolean;
            email: string;
            password: string;
            /** @description A code of the second factor, or a recovery code. */
            totp?: string | null;
        };
        /**
         * @description What is remembered of an incident, in the guide's shape and with where it comes from. Its texts are data: they are
         *     shown and compared, and authorise nothing.
         */
        LongMemory: {
            /** @description Whose. */
            company_id: components["schemas"]["CompanyId"];
            /** @description When. */
            created_at: components["schemas"]["Timestamp"];
            incident_id?: components["schemas"]["IncidentId"] | null;
            /** @description Its id. */
            memory_id: components["schemas"]["MemoryId"];
            /** @description Whether it has helped. */
            outcome: components["schemas"]["Verdict"];
            quarantine?: components["schemas"]["MemoryQuarantine"] | null;
            /** @description What was done. */
            resolution: string;
            run_id?: components["schemas"]["RunId"] | null;
            runbook_id?: components["schemas"]["RunbookId"] | null;
            /** @description By which runbook, in which version: `disk-cleanup-v1`. A person need not name one. */
            runbook_used?: string | null;
            /** @description The kind of trouble. */
            signature: string;
            /** @description Where it comes from. */
            source?: components["schemas"]["MemorySource"];
            /** @description Words to find it by. */
            tags: string[];
        };
        /** @description What a tool was asked, and what it answered. */
        Look: {
            /** @description What it answered, one line of JSON. */
            answer: string;
            /** @description The call. */
            call: components["schemas"]["ToolCall"];
            /** @description The provider's name for the call, by which it may be cited. */
            call_id: string;
            /** @description Whether it was done. */
            done: boolean;
        };
        /** @description Quiet while something is worked on: once, or again and again. */
        MaintenanceWindow: {
            /** @description Until when, once. */
            ends_at?: components["schemas"]["Timestamp"];
            /**
             * @description Which alerts it is for, in CEL, as in a rule; every one where it is left out.
             * @example asset.startsWith('db-')
             */
            match?: string;
            /** @description What people and incidents call it: 1 to 64 characters, no other window's. */
            name: string;
            /** @description From when on, once; with `ends_at`, and without `weekly`. */
            starts_at?: components["schemas"]["Timestamp"];
            /** @description When, again and again. */
            weekly?: components["schemas"]["Weekly"];
        };
        /** @description A company's maintenance windows. */
        MaintenanceWindows: {
            /** @description At most 100. */
            maintenance_windows: components["schemas"]["MaintenanceWindow"][];
        };
        /**
         * @description How a body is made alerts of, in CEL (the Common Expression Language, cel.dev). Every expression sees `body`, and all
         *     but `alerts` see `alert` too: the one of its alerts that they are about. What an expression refers to and the body
         *     has not counts as left out; at most 1024 bytes each.
         */
        Mapping: {
            /**
             * @description The list of what alerts are made of: `body.alerts`. Where it is left out it is the body, or, where that is a list,
             *     each thing in it.
             */
            alerts?: string | null;
            /** @description What is in trouble: a text. */
            asset_name: string;
            /**
             * @description By what the tool knows the delivery, where it sends one again that it is not sure of: a text or a number. It sees
             *     `body` alone.
             */
            delivery_id?: string | null;
            /** @description When it ended. */
            ends_at?: string | null;
            /** @description By what the tool knows the trouble again: a text or a number. */
            fingerprint?: string | null;
            /** @description What else is said of it: a map of texts, numbers and truths. */
            labels?: string | null;
            /** @description The tool's words: a text. */
            message?: string | null;
            /**
             * @description Whether it is over: `true`; or a text that says so (`resolved`, `ok`, `closed`, `recovered`, `up`). Where it is left
             *     out nothing is ever over.
             */
            resolved?: string | null;
            /**
             * @description How grave it is: low, medium, high or critical, or what tools say besides (`P1`, `warning`); medium where it is left
             *     out or not known.
             */
            severity?: string | null;
            /** @description The kind of trouble: a text. */
            signature: string;
            /** @description When it began: RFC 3339, or Unix time in seconds or milliseconds. */
            starts_at?: string | null;
            /** @description Back to the tool: a link. */
            url?: string | null;
        };
        /** @description A mapping, and a body to try it on. */
        MappingToTry: {
            /** @description A body, as the tool would send it. */
            body: unknown;
            /** @description The mapping; the company's own where it is left out. */
            custom?: components["schemas"]["Mapping"];
        };
        /**
         * @description By what a memory was found first: its signature before its tags, these before its words.
         * @enum {string}
         */
        Matched: "signature" | "tag" | "words";
        /**
         * @description All that a model is told of an incident, and all that its answer is held against. Texts are cut, and without what
         *     looks like a secret.
         */
        Material: {
            /** @description Its last alerts, newest first. */
            alerts: components["schemas"]["QuotedAlert"][];
            /** @description What is known of the incident. */
            facts: components["schemas"]["IncidentFacts"];
            /**
             * Format: int32
             * @description Alerts, messages, memories and runbooks for which there was no room.
             */
            left_out?: number;
            /** @description What the company has learnt of such trouble, the best first. */
            memories: components["schemas"]["QuotedMemory"][];
            /** @description What the caller remembers. */
            memory_context: {
                [key: string]: unknown;
            };
            /** @description Its conversation so far, oldest first. */
            messages: components["schemas"]["Message"][];
            /** @description What the rules would say. */
            rules: string;
            /** @description What may be proposed. */
            runbooks: components["schemas"]["QuotedRunbook"][];
            /** @description Tools that may be looked at. */
            tools: string[];
        };
        /** @description Who one is. */
        Me: components["schemas"]["User"] & {
            /** @description How long the access token is good. */
            access_until: components["schemas"]["Timestamp"];
            first_do?: components["schemas"]["FirstDo"] | null;
            login_id: components["schemas"]["LoginId"];
        };
        /** @description Somebody who works for a company. */
        Member: {
            email: string;
            name: string;
            role: components["schemas"]["Role"];
            user_id: components["schemas"]["UserId"];
        };
        MemberList: {
            items: components["schemas"]["Member"][];
        };
        /** @description A short memory. */
        Memory: {
            company_id: components["schemas"]["CompanyId"];
            expires_at: components["schemas"]["Timestamp"];
            incident_id: components["schemas"]["IncidentId"];
            memory_id: components["schemas"]["MemoryId"];
            /** @description The last of them, oldest first. */
            messages: components["schemas"]["Message"][];
            summary?: components["schemas"]["MemorySummary"] | null;
        };
        /** @example mem-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        MemoryId: string;
        /** @description A person's word that a memory is not to be believed. */
        MemoryQuarantine: {
            /** @description Whose: the id of a user. */
            by: string;
            /** @description Why. */
            reason: string;
            /** @description Since when. */
            since: components["schemas"]["Timestamp"];
        };
        /** @description Where a memory comes from. */
        MemorySource: {
            /** @enum {string} */
            kind: "run";
        } | {
            /** @description Who: the id of a user. */
            author: string;
            /** @enum {string} */
            kind: "person";
            /** @description What he was. */
            role: components["schemas"]["AuthorRole"];
        };
        /**
         * @description What is kept of messages that there is no room for any more: how many there were of whom, from when to when, and what
         *     was decided and run last.
         */
        MemorySummary: {
            /**
             * Format: int64
             * @description Decisions.
             */
            agent: number;
            /** @description The last decision among them, cut to [`limits::MEMORY_SUMMARY_BYTES`]. */
            last_decision?: string | null;
            /** @description What runs, or the runtime, said last among them, cut as well. */
            last_run?: string | null;
            /** @description The moment of the first. */
            since: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Messages of runs and of the runtime.
             */
            system: number;
            /** @description The moment of the last. */
            until: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Messages of alerts and people.
             */
            user: number;
        };
        MergeRequest: {
            incident_ids: components["schemas"]["IncidentId"][];
        };
        /** @description One message. Its content is data from outside, cut to [`limits::MEMORY_MESSAGE_BYTES`]. */
        Message: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description What was said. */
            content: string;
            /** @description Who speaks. */
            role: components["schemas"]["Speaker"];
        };
        /** @description A turn that came to nothing. */
        ModelFailure: {
            /** @description What it says of the provider's health. */
            health: components["schemas"]["ModelHealth"];
            usage?: components["schemas"]["Usage"] | null;
            /** @description Why, without a secret and without what was sent. */
            why: string;
        };
        /**
         * @description What a failure says of the provider.
         * @enum {string}
         */
        ModelHealth: "well" | "ill" | "late" | "unheard";
        /** @description An alert that would be with others. */
        MovedAlert: {
            alert_id: components["schemas"]["AlertId"];
            /** @description The rule that would group it. */
            by_rule?: string | null;
            /** @description The layer that would place it. */
            layer_after: string;
            /** @description The layer that places it under the rules in force. */
            layer_before: string;
        };
        /** @description A company's figures, beside those of others. */
        NamedKpis: components["schemas"]["KpiPeriod"] & {
            company_id: components["schemas"]["CompanyId"];
            company_name: string;
        };
        /** @description What a run needs before it begins. */
        Need: {
            /**
             * Format: int32
             * @description How many of them; 0 where it runs by itself.
             */
            approvals: number;
            /** @description Who must agree, at the least. */
            approver: components["schemas"]["Approver"];
            /** @description Whether the one who asks may be among them. */
            own_counts: boolean;
        };
        /** @description Why a person has to look at it. */
        NeedsHumanWhy: {
            /** @description Who says so: a part of the platform, or a person that escalated it. */
            by: string;
            /** @description The runbook that could not begin, or has not helped. */
            runbook?: string | null;
            since: components["schemas"]["Timestamp"];
            /** @description What is in the way; `null` where nobody has said. */
            why?: string | null;
        };
        /** @description A new access token after a change that has ended the one before. */
        NewAccess: {
            access_token: string;
            /**
             * Format: int64
             * @description In seconds.
             */
            expires_in: number;
            message: string;
            /** @description `bearer`. */
            token_type: string;
        };
        /** @description A new API key with itself. */
        NewApiKey: components["schemas"]["ApiKey"] & {
            /** @description The key. Shown once. */
            api_key: string;
        };
        /** @description An API key that is asked for. */
        NewKey: {
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description What people call it. */
            name: string;
            /** @description What it may do. */
            scopes: components["schemas"]["Scope"][];
            /** @description Whether it may send alerts without a signature. */
            unsigned?: boolean;
        };
        /** @description A silence that is asked for. */
        NewSilence: {
            /** @description Why, for others. */
            comment?: string;
            /** @description Until when; or `minutes`. */
            ends_at?: components["schemas"]["Timestamp"];
            /**
             * @description Which alerts it is for, in CEL, as in a rule.
             * @example asset == 'db-1'
             */
            match: string;
            /**
             * Format: int32
             * @description For how long, in minutes: 1 to 527040.
             */
            minutes?: number;
            /** @description From when on; from now on where it is left out. */
            starts_at?: components["schemas"]["Timestamp"];
        };
        NewUser: {
            company_ids?: components["schemas"]["CompanyId"][];
            email: string;
            name?: string;
            role: components["schemas"]["Role"];
        };
        /** @description A new webhook secret with itself. */
        NewWebhookSecret: components["schemas"]["WebhookSecret"] & {
            /** @description The secret. Shown once. */
            webhook_secret: string;
        };
        /**
         * @description Something about an incident that people are told.
         * @enum {string}
         */
        News: "incident.opened" | "incident.severity_raised" | "incident.acknowledged" | "incident.escalated" | "incident.sla_warning" | "incident.sla_breached" | "approval.requested" | "incident.resolved";
        /** @description A process that shares the store with others. */
        Node: {
            /** @description Whether what lives there is among the items. */
            has_answered: boolean;
            /** @description It goes down, and gives up what it has. */
            is_draining: boolean;
            name: string;
        };
        /** @description `{}`, or nothing at all. */
        Nothing: Record<string, never>;
        /** @description Who hears of a company's incidents. */
        Notifications: {
            /**
             * @description Who is told besides, while nobody has taken notice; in the order of their times. At most 10.
             * @default []
             */
            escalation?: components["schemas"]["EscalationStep"][];
            /**
             * @description Who is told what: every route that fits counts, up to the first that says not to continue. At most 200.
             * @default []
             */
            routes?: components["schemas"]["Route"][];
            /**
             * @description How soon somebody has to take an incident up, and end it, by its severity.
             * @default {}
             */
            service_levels?: {
                [key: string]: components["schemas"]["ServiceLevel"];
            };
            /**
             * @description How much of a clock has to have passed for a warning, in percent: 1 to 99.
             * @default 80
             */
            warn_percent?: components["schemas"]["Percent"];
        };
        /** @description How it came about. */
        Opened: {
            alert_id: components["schemas"]["AlertId"];
            receipt: components["schemas"]["Receipt"];
        };
        /** @description A parameter of a runbook. */
        Parameter: {
            /** @description Its value where none is given; without it one has to be given. */
            default?: unknown;
            /** @description What it means, for who fills it in. */
            description: string;
            /** @description Its name. */
            name: string;
            /** @description Which values it takes. */
            type: components["schemas"]["ParameterType"];
        };
        /** @description Which values a parameter takes. */
        ParameterType: {
            /** @description A text. */
            text: {
                /**
                 * Format: int32
                 * @description The most bytes it may have: 1 to 256.
                 */
                max_length: number;
                /** @description A regular expression from `^` to `$`, over bytes, which the whole text matches. */
                pattern: string;
            };
        } | {
            /** @description One of a few texts. */
            choice: {
                /** @description These. */
                of: string[];
            };
        } | {
            /** @description A whole number. None is below 0: what begins with a dash could be read as an option. */
            integer: {
                /**
                 * Format: int32
                 * @description The most it may be.
                 */
                max: number;
                /**
                 * Format: int32
                 * @description The least it may be.
                 */
                min: number;
            };
        };
        /** @description A part of a conversation. */
        Part: {
            /** @enum {string} */
            from: "instructions";
            /** @description What we want, in our own words: never text from outside. */
            what: string;
        } | {
            /** @enum {string} */
            from: "material";
            /** @description What is to be decided: quoted data, behind the wall. */
            what: string;
        } | {
            /** @enum {string} */
            from: "said";
            /** @description What the model has said. */
            what: components["schemas"]["Said"];
        } | {
            /** @enum {string} */
            from: "results";
            /** @description What the tools that it called have answered. */
            what: components["schemas"]["ToolResult"][];
        } | {
            /** @enum {string} */
            from: "correction";
            /** @description What was wrong with its answer. */
            what: string;
        };
        PasswordChange: {
            current_password: string;
            new_password: string;
        };
        /** @description A run that somebody has to agree to. */
        Pending: {
            approval_request_id: components["schemas"]["ApprovalId"];
            /**
             * Format: int32
             * @description How many must.
             */
            approvals: number;
            expires_at: components["schemas"]["Timestamp"];
            message: string;
            /** @description The least that one must be to agree. */
            required_role: components["schemas"]["Approver"];
            risk_level: components["schemas"]["Risk"];
            /** @description `pending_approval`. */
            status: string;
        };
        /**
         * Format: int32
         * @description A share: 80 where nothing is said.
         */
        Percent: number;
        /**
         * @description Where an incident stands, in the words of its machine.
         * @enum {string}
         */
        Phase: "open" | "deciding" | "awaiting_approval" | "executing" | "verifying" | "needs_human" | "resolved";
        /** @description What answers a ping. */
        Ping: {
            commit: string;
            mode: string;
            /** @description Which engine decides. */
            provider: string;
            /** @description The engines that can decide now: those that are set, and have not failed lately. */
            providers_available: string[];
            ready: boolean;
            status: string;
            /** Format: int64 */
            uptime_s: number;
            version: string;
        };
        /** @description An alert that became part of an incident. */
        Placed: {
            alert: components["schemas"]["Alert"];
            at: components["schemas"]["Timestamp"];
            company_id: components["schemas"]["CompanyId"];
            /** @description `alert.placed`. */
            kind: string;
            subject?: components["schemas"]["IncidentId"] | null;
        };
        /**
         * @description What a runbook's scripts are written for.
         * @enum {string}
         */
        Platform: "linux";
        /** @description A company's policy. The risk is always the registry's: nothing that an alert, a memory or a model says is asked. */
        Policy: {
            /**
             * @description Commands without a runbook may be asked for; they are of high risk.
             * @default false
             */
            free_commands?: boolean;
            /**
             * Format: int32
             * @description How many MSP admins, none of them the one who asks, must agree to what is of high risk: 1 or 2.
             * @default 1
             */
            high_risk_approvals?: number;
            /**
             * @description Only an MSP admin changes the policy. Only he says so, or takes it back.
             * @default false
             */
            locked?: boolean;
            /**
             * @description What is of low risk runs without anybody being asked.
             * @default false
             */
            low_risk_by_itself?: boolean;
            /**
             * @description Nothing runs, whoever has agreed: the company's kill switch.
             * @default false
             */
            stopped?: boolean;
            /**
             * Format: int32
             * @description The most tokens that models may use for the company in a day, where that is fewer than the platform lets them;
             *     0: none of its texts are shown to a model.
             * @default null
             */
            tokens_per_day?: number | null;
        };
        /** @description What a person writes of an incident that is over. */
        PostMortem: {
            incident_id?: components["schemas"]["IncidentId"] | null;
            /** @description Whether it has helped. */
            outcome: components["schemas"]["Verdict"];
            /** @description What was done, and what was learnt. What looks like a secret is not kept. */
            resolution: string;
            /** @description By which runbook: its id, its slug, or the slug with a version (`disk-cleanup-v1`). */
            runbook_used?: string | null;
            /** @description The kind of trouble, as alerts name it, on one line. */
            signature: string;
            /** @description Words to find it by: letters, digits and `._:-`. */
            tags?: string[];
        };
        /** @description A problem as it is answered (RFC 9457). */
        Problem: {
            /** @description Which kind of problem: a word for programs. */
            code: components["schemas"]["ProblemCode"];
            /** @description What is wrong, and what would be right. */
            detail: string;
            /** @description The field, parameter or header at fault. */
            field?: string;
            /** @description The path that was asked for. */
            instance: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description Finds the request in the log. */
            trace_id: string;
            /** @description `urn:alert-whisperer:problem:{code}`. */
            type: string;
        };
        /**
         * @description A kind of problem. Its word is `code`, and the end of `type`: `urn:alert-whisperer:problem:{code}`.
         * @enum {string}
         */
        ProblemCode: "invalid" | "incomplete" | "refused" | "no_websocket" | "unauthorized" | "signature_malformed" | "wrong_credentials" | "second_factor_needed" | "wrong_code" | "forbidden" | "forbidden_origin" | "csrf" | "wrong_password" | "password_change_required" | "second_factor_required" | "not_found" | "method_not_allowed" | "too_slow" | "conflict" | "not_connected" | "runs_stopped" | "stale" | "last_admin" | "too_large" | "too_many_alerts" | "rate_limited" | "too_many_attempts" | "internal" | "draining" | "overloaded" | "store_unavailable" | "run_not_sent" | "cloud_unavailable" | "quarantined" | "needs_human" | "timed_out" | "interrupted";
        /** @description The key that checkpoints are signed with. */
        PublicKey: {
            /** @description `Ed25519` (RFC 8032). */
            algorithm: string;
            /** @description In hex. */
            public_key: string;
        };
        /** @description Why. */
        QuarantineRequest: {
            /** @description Why it is not to be believed, on one line. */
            reason: string;
        };
        /** @description An alert as it is quoted. */
        QuotedAlert: {
            /** @description Its id, by which it may be cited. */
            alert_id: components["schemas"]["AlertId"];
            /** @description On what. */
            asset_name: string;
            /** @description What it says: cut, and without what looks like a secret. */
            message: string;
            /** @description When it came. */
            received_at: components["schemas"]["Timestamp"];
            /** @description How grave its sender takes it. */
            severity: components["schemas"]["Severity"];
            /** @description Whether it fires. */
            status: components["schemas"]["Signal"];
        };
        /** @description A memory as it is quoted. */
        QuotedMemory: {
            /** @description Its id, by which it may be cited. */
            memory_id: components["schemas"]["MemoryId"];
            /** @description Whether it has helped. */
            outcome: components["schemas"]["Verdict"];
            /** @description What was done: cut, and without what looks like a secret. */
            resolution: string;
            /** @description By which runbook. */
            runbook_used?: string | null;
            /** @description The kind of trouble. */
            signature: string;
            /**
             * Format: double
             * @description How far it is believed, 0 to 1.
             */
            trust: number;
        };
        /** @description A runbook that may be proposed. */
        QuotedRunbook: {
            /** @description How much harm it may do, by the registry. */
            risk: components["schemas"]["Risk"];
            /** @description Its slug. */
            slug: string;
            /** @description What it does. */
            title: string;
        };
        /** @description A company's token bucket, counted in alerts. */
        RateLimit: {
            /**
             * Format: int32
             * @description The most the bucket holds: 5 to 10,000,000. Its last fifth is for resolves and criticals.
             * @default 2000
             */
            burst_size?: number;
            /**
             * Format: int32
             * @description Sustained rate: 1 to 10,000,000.
             * @default 6000
             */
            requests_per_minute?: number;
        };
        /**
         * @description How far a right reaches.
         * @enum {string}
         */
        Reach: "nothing" | "oneself" | "own" | "all";
        /** @description A memory that was found. */
        RecalledMemory: components["schemas"]["ShownMemory"] & {
            /** @description By what it was found. */
            matched: components["schemas"]["Matched"];
            /**
             * Format: double
             * @description How well it answers, 0 to 1.
             */
            score: number;
        };
        RecalledMemoryList: {
            items: components["schemas"]["RecalledMemory"][];
        };
        /** @description Why an alert is where it is. Kept with every alert; `GET /alerts/{id}/why` shows it. */
        Receipt: {
            /** @description The company's own rule that it falls under; none where it is grouped as its settings say. */
            by_rule?: string | null;
            /** @description Other incidents that were considered, and why not: at most [`crate::limits::RECEIPT_CANDIDATES`]. */
            considered?: components["schemas"]["Considered"][];
            /** @description Its time in the order of events: `starts_at` where believable, else its arrival. */
            event_at: components["schemas"]["Timestamp"];
            /**
             * @description The aggregation key under which it was looked for, such as `asset=web-1|signature=disk`, or by a rule
             *     `rule=database cluster|labels.cluster=db`.
             */
            key: string;
            /** @description `identity`, `reopened`, `grouping`, `topology`, `opened`, `held`, `recovery`, `unmatched` or `dead_letter`. */
            layer: string;
            /** @description The clock it was placed under. */
            now: components["schemas"]["Timestamp"];
            offers_merge_with?: components["schemas"]["IncidentId"] | null;
            /** @description The rule within the layer, in one sentence. */
            rule: string;
            /**
             * Format: int32
             * @description The version of the rules it was placed under.
             */
            rules_version: number;
            /**
             * Format: int32
             * @description The window in force.
             */
            window_minutes: number;
        };
        /** @description Who is told of it. */
        Receiver: {
            name: string;
        };
        RefreshRequest: {
            refresh_token?: string | null;
        };
        /** @description `{}`, or nothing at all. */
        RejectRequest: Record<string, never>;
        /** @description Why, where anything is said. */
        ReleaseRequest: {
            /** @description Why it is believed again, on one line. */
            reason?: string | null;
        };
        /** @description An alert that is placed again. */
        ReleasedAlert: {
            alert_id: components["schemas"]["AlertId"];
            message: string;
        };
        /** @description A company that is let go. */
        ReleasedCompany: {
            company_id: components["schemas"]["CompanyId"];
            message: string;
        };
        /** @description A removed asset. */
        RemovedAsset: {
            message: string;
            name: string;
        };
        /** @description A channel that there is no more. */
        RemovedChannel: {
            message: string;
            name: string;
        };
        /** @description One that is listened for no more. */
        RemovedHeartbeat: {
            message: string;
            name: string;
        };
        /** @description A removed runbook. */
        RemovedRunbook: {
            message: string;
            runbook_id: components["schemas"]["RunbookId"];
        };
        /** @description A document with all that it is given but the machines: what is started. */
        RenderedAutomation: {
            /** @description Its name, or its ARN. */
            document: string;
            /** @description By the names of its own parameters: what they take. */
            parameters: {
                [key: string]: string[];
            };
            /** @description Which version of it. */
            version: string;
        };
        /** @description A living actor, as it is shown. */
        Resident: {
            /**
             * Format: int64
             * @description Seconds since it was made.
             */
            age_s: number;
            company_id?: components["schemas"]["CompanyId"] | null;
            /**
             * Format: int64
             * @description Messages it has handled.
             */
            handled: number;
            /** @description The incident's id, the company's, or the kind. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["ActorKind"];
            /** @description The node that it lives at; `null` where there is one process. */
            node?: string | null;
            /** @description What waits for it: of a correlator alerts in hand and callers, of an incident decisions under way. */
            queue: number;
            /**
             * Format: int32
             * @description How often it has been started again since the process began.
             */
            restarts: number;
            /** @description `running` or `draining`. */
            state: string;
        };
        /** @description How long a company's things are kept. What is past its time is archived to a signed file, and goes. */
        Retention: {
            /**
             * Format: int32
             * @description Alerts from their arrival, those of an incident from its end: 7 to 3650 days.
             * @default 90
             */
            alert_days?: number;
            /**
             * Format: int32
             * @description Incidents from their end, with their decisions: 7 to 3650 days, and no less than their alerts.
             * @default 730
             */
            incident_days?: number;
            /**
             * Format: int32
             * @description Journal entries: 365 to 36500 days, and no less than incidents.
             * @default 2555
             */
            journal_days?: number;
        };
        /** @description An ended webhook secret. */
        RetiredSecret: {
            message: string;
            secret_id: components["schemas"]["SecretId"];
        };
        /** @description A revoked API key. */
        RevokedKey: {
            key_id: components["schemas"]["KeyId"];
            message: string;
        };
        /**
         * @description Something that one may do.
         * @enum {string}
         */
        Right: "send_alerts" | "read" | "act" | "decide" | "read_traces" | "run" | "approve" | "stop_runs" | "found_companies" | "administer_company" | "edit_runbooks" | "curate_memory" | "correlate" | "administer_users" | "own_account" | "audit" | "oversee" | "release" | "measure";
        /** @description Who has a right. */
        RightOfEach: {
            /** @description The scope that gives it to an API key, in its own company. */
            api_key?: string | null;
            company_admin: components["schemas"]["Reach"];
            msp_admin: components["schemas"]["Reach"];
            right: components["schemas"]["Right"];
            technician: components["schemas"]["Reach"];
            what: string;
        };
        /** @description What a route asks for. */
        RightOfRoute: {
            method: string;
            path: string;
            right?: components["schemas"]["Right"] | null;
        };
        /** @description Who may do what. */
        Rights: {
            rights: components["schemas"]["RightOfEach"][];
            routes: components["schemas"]["RightOfRoute"][];
        };
        /**
         * @description How much harm a run may do. It is the registry's word; nothing that is read from outside changes it.
         * @enum {string}
         */
        Risk: "low" | "medium" | "high";
        /**
         * @description What a person is.
         * @enum {string}
         */
        Role: "msp_admin" | "company_admin" | "technician";
        RotateRequest: {
            /**
             * Format: int64
             * @description How long the one before lives on; a day where nothing is said.
             */
            overlap_minutes?: number | null;
            /**
             * @description A secret that a tool has made and does not let choose, such as the client secret of Sentry's integration; ours
             *     where it is left out.
             */
            secret?: string;
        };
        /** @description A way from incidents to channels. */
        Route: {
            /** @description To these channels, by name: 1 to 10. Nowhere, if it does not continue: what it is for is told to nobody. */
            channels: string[];
            /**
             * @description Whether the routes after it are asked about what it is for, too, whether it is open or not.
             * @default true
             */
            continue?: boolean;
            /** @description This news; all where there is none. */
            events?: components["schemas"]["News"][];
            /** @description At these times; always where it is left out. */
            hours?: components["schemas"]["Weekly"];
            /**
             * @description Which incidents, by their newest firing alert, in CEL, as in a rule; every one where it is left out. `severity` is
             *     the incident's.
             */
            match?: string;
            /** @description What people and deliveries call it: 1 to 64 characters, no other's. */
            name: string;
            /** @description Of these severities; of each where there is none. */
            severities?: components["schemas"]["Severity"][];
        };
        /**
         * @description A rule. Of those that match an alert the one with the highest priority groups it, of equal ones the first; alerts that
         *     none matches are grouped as `correlation` says.
         */
        Rule: {
            /**
             * @description What has to be the same: `asset`, `signature`, `tool`, `severity`, or a label as `labels.cluster`; at most 8. Nothing:
             *     all that it is for is one incident.
             * @example [
             *       "labels.cluster"
             *     ]
             */
            group_by?: string[];
            /**
             * @description Which alerts it is for, in CEL (cel.dev), of at most 1024 bytes: it sees `asset`, `signature`, `severity`, `tool`,
             *     `message` (texts, of at most 1024 characters) and `labels` (a map of at most 64 texts), and comes to true or false. What it refers to and an alert has not
             *     is no match. Left out, it is for every alert.
             * @example labels.cluster == 'db' && severity in ['high', 'critical']
             */
            match?: string;
            /**
             * Format: int32
             * @description How many alerts open an incident: 1 to 1000; the company's number where it is left out.
             */
            min_alerts?: number;
            /**
             * @description What people and receipts call it: 1 to 64 characters, no other rule's.
             * @example database cluster
             */
            name: string;
            /**
             * Format: int32
             * @description Higher comes first.
             */
            priority?: number;
            /**
             * Format: int32
             * @description How long after its last alert an incident is joined, in minutes: 1 to 240; the company's window where it is left out.
             */
            window_minutes?: number;
        };
        /** @description A company's rules. */
        Rules: {
            /** @description In their order; of equal priority the first wins. At most 200. */
            rules: components["schemas"]["Rule"][];
        };
        /** @description What alerts come to. */
        RulesFigures: {
            /**
             * Format: double
             * @description How long after its first alert's own time an incident was opened, in seconds, on average.
             */
            detected_after_seconds?: number | null;
            /** @description Incidents that they are in. */
            incidents: number;
            /**
             * Format: double
             * @description One minus incidents by the alerts that are in them; `null` where none is.
             */
            noise_reduction?: number | null;
            /** @description Firing alerts in no incident: there were fewer than open one. */
            unmatched: number;
        };
        /** @description Rules to be tried. */
        RulesToTry: {
            /** @description The settings; the company's own where they are left out. */
            correlation?: components["schemas"]["Correlation"];
            /** @description The rules; the company's own where they are left out. */
            rules?: components["schemas"]["Rule"][];
            /** @description From when on alerts are looked at; the last 7 days where it is left out. At most the newest 20,000. */
            since?: components["schemas"]["Timestamp"];
        };
        /** @description What other rules would have made of the past. */
        RulesTried: {
            /** @description Under those that are tried. */
            after: components["schemas"]["RulesFigures"];
            /** @description How many alerts were looked at. */
            alerts: number;
            /** @description Under the rules in force, without people and runs. */
            before: components["schemas"]["RulesFigures"];
            /** @description Critical alerts that are in an incident and would be in none, at most 100. */
            missed_criticals: components["schemas"]["AlertId"][];
            /** @description How many would be with others. */
            moved: number;
            /** @description The first 100 of them. */
            moved_alerts: components["schemas"]["MovedAlert"][];
            /** @description From when on. */
            since: components["schemas"]["Timestamp"];
            /** @description Whether there were more: then only the newest were. */
            truncated: boolean;
            /**
             * @description How many alerts are in other company than they were in fact: by rules of another time, by what people have done, and
             *     by what began before.
             */
            unlike_recorded: number;
        };
        /** @description A run, as it is shown. */
        Run: {
            approval_id?: components["schemas"]["ApprovalId"] | null;
            /**
             * Format: int32
             * @description Which try to heal the incident with it this is, from 1.
             */
            attempt: number;
            automation?: components["schemas"]["RenderedAutomation"] | null;
            /** @description Who wanted it ended early. */
            cancelled_by?: string | null;
            /** @description SSM's name for its command, or for its automation's execution. */
            command_id?: string | null;
            /** @description The exact command lines; none where an automation is started. */
            commands: string[];
            company_id: components["schemas"]["CompanyId"];
            ended_at?: components["schemas"]["Timestamp"] | null;
            expected_by?: components["schemas"]["Timestamp"] | null;
            /** @description SHA-256 over all of it, in hex. */
            hash: string;
            health?: components["schemas"]["RunHealth"] | null;
            incident_id: components["schemas"]["IncidentId"];
            instance_ids: components["schemas"]["InstanceId"][];
            kpis_after?: components["schemas"]["Kpis"] | null;
            kpis_before?: components["schemas"]["Kpis"] | null;
            /** @description Other commands that bear its name: it was carried out more than once. */
            other_command_ids: string[];
            /** @description The first 24,000 characters, without what looks like a secret. */
            output?: string | null;
            parameters: {
                [key: string]: unknown;
            };
            requested_by: string;
            risk_level: components["schemas"]["Risk"];
            run_id: components["schemas"]["RunId"];
            runbook: string;
            runbook_id: components["schemas"]["RunbookId"];
            /** Format: int32 */
            runbook_version: number;
            started_at: components["schemas"]["Timestamp"];
            status: components["schemas"]["RunStatus"];
            tool: string;
            /** @description Where more is known than the status says. */
            why?: string | null;
        };
        /** @description What is not done yet. */
        RunAccepted: components["schemas"]["Pending"] | components["schemas"]["Executing"];
        /** @description Hex of SHA-256 over a run. */
        RunHash: string;
        /**
         * @description What a health check has shown.
         * @enum {string}
         */
        RunHealth: "healthy" | "unhealthy" | "unknown";
        /** @example run-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        RunId: string;
        RunList: {
            items: components["schemas"]["Run"][];
        };
        /**
         * @description Where a run stands, as clients see it.
         * @enum {string}
         */
        RunStatus: "intended" | "sent" | "succeeded" | "failed" | "unknown_outcome";
        /** @example rbk-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        RunbookId: string;
        /** @description A runbook in a list. */
        RunbookLine: {
            description: string;
            needs?: components["schemas"]["Need"] | null;
            /** @description Whether it is the company's own; else it is one of the built-in library. */
            own: boolean;
            platform: components["schemas"]["Platform"];
            /** @description The registry's word. */
            risk: components["schemas"]["Risk"];
            runbook_id: components["schemas"]["RunbookId"];
            /** @description Which kinds of trouble it is for. */
            signatures: string[];
            slug: string;
            title: string;
            /** Format: int32 */
            version: number;
        };
        RunbookLineList: {
            items: components["schemas"]["RunbookLine"][];
        };
        /** @description A version of a runbook. */
        RunbookVersion: {
            changed_at?: components["schemas"]["Timestamp"] | null;
            /** @description Who wrote it: a person's id. */
            changed_by?: string | null;
            in_force: boolean;
            risk: components["schemas"]["Risk"];
            slug: string;
            title: string;
            /** Format: int32 */
            version: number;
        };
        RunbookVersionList: {
            items: components["schemas"]["RunbookVersion"][];
        };
        /** @description What a model says in one turn. */
        Said: {
            /** @description The tools that it asks for. */
            calls: components["schemas"]["Asked"][];
            /** @description What only its adapter understands, for the next turn. */
            opaque?: unknown;
            /** @description Its words. */
            text: string;
            usage?: components["schemas"]["Usage"] | null;
        };
        /**
         * @description What an API key may do.
         * @enum {string}
         */
        Scope: "ingest" | "decide" | "read";
        SecondFactorRequest: {
            code?: string | null;
            password?: string | null;
        };
        /** @description A step of setting a second factor up. */
        SecondFactorStep: {
            message: string;
            /** @description Each good once, where the authenticator is lost. Shown once. */
            recovery_codes: string[];
            /** @description In Base32. Shown once. */
            secret: string;
            /** @description `otpauth://`, for a QR code. */
            uri: string;
        } | components["schemas"]["NewAccess"];
        /** @example whs-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        SecretId: string;
        /** @description How soon something has to happen to an incident, from when it was told. */
        ServiceLevel: {
            /**
             * Format: int32
             * @description It is over, in minutes: 1 to 129600.
             */
            resolution_minutes?: number;
            /**
             * Format: int32
             * @description Somebody has taken notice, in minutes: 1 to 129600.
             */
            response_minutes?: number;
        };
        /** @description An incident's time at work: at most eight hours. */
        Session: {
            ended: boolean;
            ends_at: components["schemas"]["Timestamp"];
            /** @description What its successor has to know. */
            handover?: string | null;
            session_id: components["schemas"]["SessionId"];
            started_at: components["schemas"]["Timestamp"];
        };
        /** @example ses-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        SessionId: string;
        /** @description What the switch is to be. */
        SetSwitch: {
            /** @description Why. */
            reason?: string | null;
            stopped: boolean;
        };
        /**
         * @description How grave an alert or an incident is. Ordered: `Low < Medium < High < Critical`.
         * @enum {string}
         */
        Severity: "low" | "medium" | "high" | "critical";
        /** @description A memory, and how far it is believed. */
        ShownMemory: components["schemas"]["LongMemory"] & {
            /**
             * Format: int64
             * @description Runs of its runbook against that kind of trouble whose outcome is known.
             */
            runs: number;
            /**
             * Format: int64
             * @description Those that have helped.
             */
            successes: number;
            /**
             * Format: double
             * @description How far it is believed, 0 to 1: where it comes from, and what later runs of its runbook have shown.
             */
            trust: number;
            /** @description Why it is not recalled; `null` where it is. */
            withheld?: string | null;
        };
        /** @description A runbook with its scripts. */
        ShownRunbook: components["schemas"]["RunbookLine"] & {
            automation?: components["schemas"]["AutomationCall"] | null;
            /**
             * Format: int32
             * @description The most targets of one run.
             */
            blast_radius: number;
            /**
             * Format: int32
             * @description How long a target is left alone after a run.
             */
            cool_down_seconds: number;
            /** @description Prints what a run would do, and changes nothing; empty where it starts an automation. */
            dry_run: string;
            /** @description Ends with 0 where a run has helped. */
            health_check?: string | null;
            /** @description Whether a second run does no harm that the first has not done. */
            idempotent: boolean;
            /** @description What may be said to it. */
            parameters: components["schemas"]["Parameter"][];
            /** @description Takes back what a run has done. */
            rollback?: string | null;
            /** @description What a run does; empty where it starts an automation. */
            script: string;
            /**
             * Format: int32
             * @description How long a run may take.
             */
            timeout_seconds: number;
        };
        /**
         * @description What an alert says of its trouble: that it is there, or that it is over. On the wire: `status`.
         * @enum {string}
         */
        Signal: "firing" | "resolved";
        /** @description A silence, as it is shown. */
        Silence: {
            comment: string;
            created_at: components["schemas"]["Timestamp"];
            created_by: string;
            ends_at: components["schemas"]["Timestamp"];
            /** @description Which alerts it is for, in CEL. */
            match: string;
            silence_id: components["schemas"]["SilenceId"];
            starts_at: components["schemas"]["Timestamp"];
            state: components["schemas"]["SilenceState"];
        };
        /** @example sil-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        SilenceId: string;
        SilenceList: {
            items: components["schemas"]["Silence"][];
        };
        /**
         * @description How a silence stands.
         * @enum {string}
         */
        SilenceState: "pending" | "active" | "expired";
        SnoozeRequest: {
            /** Format: int64 */
            minutes?: number | null;
            until?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A tool that a company's alerts come from. */
        Source: {
            /** @description Its first alert that was no trial. */
            first_alert_id: components["schemas"]["AlertId"];
            /** @description When that arrived. */
            first_seen_at: components["schemas"]["Timestamp"];
            /** @description The tool, as its alerts name it. */
            tool_source: string;
        };
        SourceList: {
            items: components["schemas"]["Source"][];
        };
        /**
         * @description Who speaks.
         * @enum {string}
         */
        Speaker: "user" | "agent" | "system";
        /**
         * @description What a decision may not go beyond.
         * @enum {string}
         */
        SpendingLimit: "tokens" | "time" | "rounds" | "tool_calls" | "circle" | "incident" | "company_day";
        /** @description What a decision has spent on models. */
        Spent: {
            /**
             * Format: int32
             * @description Turns with a model.
             */
            rounds: number;
            stopped_by?: components["schemas"]["SpendingLimit"] | null;
            /**
             * Format: int32
             * @description Tokens: by the provider's own count, as far as it has counted.
             */
            tokens: number;
            /**
             * Format: int32
             * @description Those of them that no provider has counted: by our own estimate, which is rather too high.
             */
            tokens_estimated?: number;
            /**
             * Format: int32
             * @description Tools that were looked at.
             */
            tool_calls: number;
        };
        SplitRequest: {
            alert_ids: components["schemas"]["AlertId"][];
        };
        /** @description What has come of a word. */
        Spoken: {
            approval: components["schemas"]["Approval"];
            run?: components["schemas"]["Executing"] | null;
        };
        /** @description Why. */
        StopRequest: {
            /**
             * @description For the incident's timeline.
             * @default null
             */
            reason?: string | null;
        };
        /** @description What an incident is suppressed by. */
        SuppressedBy: {
            /** @description The incident that is the cause, where one is. */
            cause?: components["schemas"]["IncidentId"];
            /** @description What kind of thing. */
            kind: components["schemas"]["SuppressedByKind"];
            /** @description The silence's id, or the name of the window or inhibition; of `dependency` the asset that is in trouble. */
            name: string;
        };
        /**
         * @description A kind of suppression.
         * @enum {string}
         */
        SuppressedByKind: "silence" | "maintenance" | "inhibition" | "dependency";
        /** @description What keeps a company's incidents quiet. */
        Suppression: {
            /**
             * @description Which trouble makes which other no news: at most 50.
             * @default []
             */
            inhibitions?: components["schemas"]["Inhibition"][];
            /**
             * @description Maintenance windows: at most 100.
             * @default []
             */
            maintenance_windows?: components["schemas"]["MaintenanceWindow"][];
            /**
             * @description Whether an incident is quiet while one about something that its assets depend on is open.
             * @default false
             */
            silence_dependents?: boolean;
        };
        /** @description Why it is quiet, or is not. */
        SuppressionWhy: {
            /** @description Every silence, window and inhibition, and why it does not suppress it; empty once nothing fires. */
            considered: components["schemas"]["ConsideredSuppression"][];
            since?: components["schemas"]["Timestamp"] | null;
            /** @description By what it is suppressed. */
            suppressed_by: components["schemas"]["SuppressedBy"][];
        };
        /** @description Whether all runs are stopped. */
        Switch: {
            /** @description Why, and by whom. */
            reason?: string | null;
            /** @description Nothing runs, for any company. */
            stopped: boolean;
            stopped_at?: components["schemas"]["Timestamp"] | null;
            stopped_by?: string | null;
        };
        /** @description Test alerts that were taken in. */
        TestAlert: {
            /** @description The first of them. */
            alert_id: components["schemas"]["AlertId"];
            /** @description All of them. */
            alert_ids: components["schemas"]["AlertId"][];
            message: string;
        };
        /** @description What is to be tried. */
        TestAlertRequest: {
            /**
             * @description The format of which a sample is read as if its tool had sent it; our own where it is left out.
             * @example alertmanager
             */
            format?: string;
            /**
             * @description Whether it fires, or is over.
             * @default firing
             */
            status?: components["schemas"]["Signal"];
        };
        /** @description A ticket. */
        Ticket: {
            /** @description The channel that leads to its system. */
            channel: string;
            /** @description Since when. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The incident. */
            incident_id: components["schemas"]["IncidentId"];
            /** @description What people call it: `OPS-12`, `INC0010001`. */
            number: string;
            /** @description What its system calls it by: an issue's key, a record's `sys_id`. */
            remote_id: string;
            /** @description Where people find it. */
            url: string;
        };
        TicketList: {
            items: components["schemas"]["Ticket"][];
        };
        /** @description A line of a timeline. */
        TimelineItem: components["schemas"]["JournalEntry"] | components["schemas"]["Placed"];
        TimelineItemPage: {
            items: components["schemas"]["TimelineItem"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
        };
        /**
         * Format: date-time
         * @example 2026-01-31T08:00:00.000Z
         */
        Timestamp: string;
        /** @description What one logs in with gives. */
        Tokens: {
            access_token: string;
            /**
             * Format: int64
             * @description In seconds.
             */
            expires_in: number;
            first_do?: components["schemas"]["FirstDo"] | null;
            /** @description Not where it comes as a cookie. */
            refresh_token?: string;
            /** @description `bearer`. */
            token_type: string;
            user: components["schemas"]["LoggedIn"];
        };
        /** @description Who is told of it. */
        ToldWhy: {
            /** @description Every route, as it is for `incident.opened` now. */
            routes: components["schemas"]["ConsideredRoute"][];
            told_at?: components["schemas"]["Timestamp"] | null;
            /** @description Why nobody was told; `null` where somebody was. */
            why_not?: string | null;
        };
        /** @description A tool. */
        Tool: {
            /** @description Whether what it needs is there: the company's AWS account, for some, and that it is built. */
            available: boolean;
            description: string;
            /** @description Whether a second call does no harm that the first has not done. */
            idempotent: boolean;
            /** @description The JSON Schema (2020-12) of what it takes. */
            input_schema: unknown;
            name: string;
            /** @description That of what it gives. */
            output_schema: unknown;
            /** @description How much harm a call may do; a run's is its runbook's. */
            risk: components["schemas"]["Risk"];
            /**
             * Format: int64
             * @description How long a call may take.
             */
            timeout_seconds: number;
            version: string;
        };
        /** @description What a decision would have done; a proposal, never an authorisation. */
        ToolCall: {
            /** @description Its input. */
            parameters: {
                [key: string]: unknown;
            };
            /** @description A registered tool, such as `ssm.execute`. */
            tool_name: string;
        };
        ToolList: {
            items: components["schemas"]["Tool"][];
        };
        /** @description What came of a call. */
        ToolResult: {
            /** @description What was answered: data, one line of JSON. */
            answer: string;
            /** @description The call. */
            call: components["schemas"]["Asked"];
            /** @description Whether it was done. */
            done: boolean;
        };
        /** @description Everything that was said with models for one decision. */
        Trace: {
            /** @description Engine by engine, in the order that they were asked in. */
            deliberations: components["schemas"]["Deliberation"][];
            /**
             * Format: int32
             * @description Tokens that could be spent: the budget's, or what the company or the incident had left.
             */
            granted: number;
            short_of?: components["schemas"]["SpendingLimit"] | null;
        };
        /** @description What is said of an asset. */
        Traits: {
            criticality?: components["schemas"]["Severity"] | null;
            /** @description Names of the assets that it needs. */
            depends_on?: string[];
        };
        /** @description An alert that would be taken in. */
        TriedAlert: {
            asset_name: string;
            ends_at?: components["schemas"]["Timestamp"] | null;
            fingerprint?: string | null;
            labels: {
                [key: string]: string;
            };
            message: string;
            severity: components["schemas"]["Severity"];
            signature: string;
            starts_at?: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["Signal"];
            url?: string | null;
        };
        /** @description What a body would come to. */
        TriedMapping: {
            alerts: components["schemas"]["TriedAlert"][];
            /** @description Whether the same delivery again would be known as one. */
            delivery_known: boolean;
        };
        /** @description A try to deliver. */
        Try: {
            /** @description What came of it. */
            answer: string;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
        };
        /** @description Tokens by the provider's own count. */
        Usage: {
            /**
             * Format: int32
             * @description Read.
             */
            input: number;
            /**
             * Format: int32
             * @description Written, what was only thought included.
             */
            output: number;
        };
        /** @description A person as others see him: without what only he may know. */
        User: {
            /** @description Where he is; none for an MSP admin, who is everywhere. */
            company_ids: components["schemas"]["CompanyId"][];
            /** @description When he was made. */
            created_at: components["schemas"]["Timestamp"];
            disabled_at?: components["schemas"]["Timestamp"] | null;
            /** @description What he logs in with. */
            email: string;
            /** @description What people call him. */
            name: string;
            password_changed_at?: components["schemas"]["Timestamp"] | null;
            password_expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description What he is. */
            role: components["schemas"]["Role"];
            /** @description Whether a second factor is asked for. */
            second_factor: boolean;
            /** @description Who. */
            user_id: components["schemas"]["UserId"];
        };
        /** @example usr-0193a1b2c3d47e5f8091a2b3c4d5e6f7 */
        UserId: string;
        UserList: {
            items: components["schemas"]["User"][];
        };
        UserUpdate: {
            company_ids?: components["schemas"]["CompanyId"][] | null;
            disabled?: boolean | null;
            /** @description What he logs in with from now on. */
            email?: string | null;
            name?: string | null;
            role?: components["schemas"]["Role"] | null;
        };
        Value: unknown;
        Vec: {
            annotations: {
                [key: string]: string;
            };
            /** @description When it would be taken for over if nothing more were heard: its incident's staleness. */
            endsAt: components["schemas"]["Timestamp"];
            fingerprint: string;
            generatorURL: string;
            labels: {
                [key: string]: string;
            };
            receivers: components["schemas"]["Receiver"][];
            startsAt: components["schemas"]["Timestamp"];
            status: components["schemas"]["AlertStatus"];
            updatedAt: components["schemas"]["Timestamp"];
        }[];
        /**
         * @description Whether a run has helped.
         * @enum {string}
         */
        Verdict: "success" | "failure";
        /** @description What a journal comes to. */
        Verified: {
            /**
             * Format: int64
             * @description The last entry that was archived, and cut with a signature; 0 where none was.
             */
            behind: number;
            /**
             * Format: int64
             * @description The place of the first entry that does not hold.
             */
            broken_at?: number | null;
            /**
             * Format: int64
             * @description How many checkpoints they were compared with; none where checkpoints are not kept in a file.
             */
            checkpoints?: number | null;
            company_id: components["schemas"]["CompanyId"];
            /**
             * Format: int64
             * @description Up to which entry it holds.
             */
            entries: number;
            /** @description The hash of the last of them, in hex. */
            hash: string;
            /** @description Whether every entry's hash is what it has to be, and what was signed. */
            whole: boolean;
            why?: string | null;
        };
        /** @description Which build this is. */
        Version: {
            commit: string;
            mode: string;
            /** Format: int64 */
            uptime_s: number;
            version: string;
        };
        /** @description Somebody who has agreed, or not. */
        Vote: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description A person's id. */
            by: string;
        };
        /** @description A channel that is asked for. */
        WantedChannel: {
            /** @description ServiceNow's code of a resolution; `Solved (Permanently)` where nothing is said. */
            close_code?: string;
            /** @description Jira's type of issue; `Task` where nothing is said. */
            issue_type?: string;
            /** @description What it is. */
            kind: components["schemas"]["ChannelKind"];
            /** @description Whether a webhook gets a new secret; it has one from the beginning. */
            new_secret?: boolean;
            /** @description Jira's project, by its key, as `OPS`. */
            project?: string;
            /** @description Mailboxes, for mail: 1 to 20. */
            to?: string[];
            /** @description The user's API token or password. Shown to nobody again. */
            token?: string;
            /**
             * @description Where messages go: the URL of a webhook, of a Slack incoming webhook, or of a Teams workflow. Shown to nobody again
             *     but for its host.
             * @example https://hooks.example.com/incidents
             */
            url?: string;
            /** @description For a ticket system, whose `url` is its own, as `https://acme.atlassian.net`: as whom tickets are made. */
            user?: string;
        };
        WebhookData: {
            /** @description Whose incident. */
            company_id: components["schemas"]["CompanyId"];
            /** @description What people call the company. */
            company_name: string;
            /**
             * @description What else there is to say, by what has happened: `acknowledged_by`, `escalated_by`, `by` (a person's id, `recovery`,
             *     `merge`, `stale`), `merged_into`, `step`, `clock`, `due_at`, `breached_at`, `severity`, `status`; `test` for a trial.
             */
            detail?: unknown;
            /** @description The incident as it was then. */
            incident: components["schemas"]["IncidentTold"];
        };
        /** @description What a webhook is sent. */
        WebhookMessage: {
            /** @description To what. */
            data: components["schemas"]["WebhookData"];
            /** @description When. */
            timestamp: components["schemas"]["Timestamp"];
            /** @description What has happened. */
            type: components["schemas"]["News"];
        };
        /** @description A webhook secret without itself. */
        WebhookSecret: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its public name. */
            secret_id: components["schemas"]["SecretId"];
        };
        /** @description A webhook secret in a list. */
        WebhookSecretLine: components["schemas"]["WebhookSecret"] & {
            /** @description Whether it is good now. */
            live: boolean;
        };
        WebhookSecretLineList: {
            items: components["schemas"]["WebhookSecretLine"][];
        };
        /**
         * @description Times that come again each week, by the clock on the wall of a time zone. A time that the clock skips or shows twice is
         *     covered whole: the window begins with the first of both moments and ends with the last.
         */
        Weekly: {
            /** @description The days on which it begins; every day where there is none. */
            days?: components["schemas"]["Day"][];
            /**
             * @description When it begins, as `22:00`.
             * @example 22:00
             */
            from: string;
            /**
             * @description An IANA time zone, as `Europe/Berlin`.
             * @example Europe/Berlin
             */
            time_zone: string;
            /**
             * @description When it ends, as `04:00`: on the next day where that is not later than `from`. `24:00` is midnight.
             * @example 04:00
             */
            to: string;
            /**
             * @description Which of these days of a month: 1 for the first Tuesday, 2 for the second, to 5; -1 for the last. Each where there is
             *     none.
             */
            weeks?: number[];
        };
        /** @description Why an alert is where it is. */
        Why: {
            alert_id: components["schemas"]["AlertId"];
            incident_id?: components["schemas"]["IncidentId"] | null;
            receipt?: components["schemas"]["Receipt"] | null;
            state: components["schemas"]["AlertState"];
        };
        /** @description A runbook as somebody writes it: its id and version are ours. */
        WrittenRunbook: {
            automation?: components["schemas"]["AutomationCall"] | null;
            /**
             * Format: int32
             * @description The most targets of one run.
             */
            blast_radius: number;
            /**
             * Format: int32
             * @description How long a target is left alone after a run.
             */
            cool_down_seconds: number;
            /** @description What it does, for who has to approve it, on one line. */
            description: string;
            /** @description Prints what a run would do, and changes nothing; left out where there is an automation. */
            dry_run?: string;
            /** @description Ends with 0 where a run has helped. */
            health_check?: string | null;
            /** @description Whether a second run does no harm that the first has not done. */
            idempotent: boolean;
            /** @description What may be said to it. */
            parameters?: components["schemas"]["Parameter"][];
            /** @description What its scripts are written for. */
            platform: components["schemas"]["Platform"];
            /** @description How much harm a run may do. */
            risk: components["schemas"]["Risk"];
            /** @description Takes back what a run has done. */
            rollback?: string | null;
            /** @description What a run does; left out where there is an automation. */
            script?: string;
            /** @description Which kinds of trouble it is for: texts that a signature holds, or globs. */
            signatures?: string[];
            /** @description Its short name, by which decisions call it. That of a built-in one takes its place. */
            slug: string;
            /**
             * Format: int32
             * @description How long a run may take.
             */
            timeout_seconds: number;
            /** @description What people call it, on one line. */
            title: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    agent_decide: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                    "text/event-stream": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions_follow: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: {
                /** @description The id of the last event that was seen. */
                "Last-Event-ID"?: string;
            };
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events as they come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions_trace: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
                /** @description The decision's id. */
                decision_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptTrace"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health_ping: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ping"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tools_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health_version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    alerts_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Only those of this incident. */
                incident_id?: components["schemas"]["IncidentId"];
                /** @description Only those in this state. */
                state?: components["schemas"]["AlertState"];
                /** @description Only those of this severity. */
                severity?: components["schemas"]["Severity"];
                /** @description Only those received since: an RFC 3339 time, or a span before now such as `24h`. */
                since?: string;
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    alerts_one: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    alerts_why: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Why"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approvals_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Only those of this status. */
                status?: components["schemas"]["ApprovalStatus"];
                /** @description Only those of this incident. */
                incident_id?: components["schemas"]["IncidentId"];
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pending_pending: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approvals_one: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The approval's id. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approvals_approve: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The approval's id. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApproveRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Spoken"];
                };
            };
            /** @description The run has begun, and nobody knows whether it was sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Spoken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approvals_reject: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The approval's id. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RejectRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Spoken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Oldest (`asc`) or newest (`desc`) entry first. */
                order?: "asc" | "desc";
                /** @description Only those of this kind, such as `incident.opened`, or of all that begin so: `incident.`. */
                kind?: string;
                /** @description Only those by this actor: a person's or a key's id, or a part of the system. */
                actor?: string;
                /** @description Only those about this: an id. */
                subject?: string;
                /** @description Only those since: an RFC 3339 time, or a span before now such as `24h`. */
                since?: string;
                /** @description Only those before: a time or a span as well. */
                until?: string;
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEntryPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_export: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An opening line, every entry, and a signed checkpoint, each a line of JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_verify: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verified"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedOut"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_logout_all: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedOut"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewAccess"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginLineList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The login's id. */
                login_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedLogin"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    auth_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactorStep"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyLineList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompanyRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credentials"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Company"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_archive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Company"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompanyUpdate"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Company"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    credentials_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyLineList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    credentials_add_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    credentials_revoke_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The key's id. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    config_assets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    config_set_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The asset's name, as alerts give it. */
                asset_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Traits"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    config_remove_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The asset's name, as alerts give it. */
                asset_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemovedAsset"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aws_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AwsSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aws_connect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AwsSettings"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AwsSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aws_disconnect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Company"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aws_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AwsRole"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AwsCheckRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AwsCheck"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_channels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_set_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The name's id. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WantedChannel"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_remove_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The name's id. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemovedChannel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_test_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The name's id. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelTried"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    config_config: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    config_set_config: {
        parameters: {
            query?: {
                /** @description Only say what would change. */
                dry_run?: boolean;
            };
            header?: {
                /** @description The `ETag` of what this was made from: refused where there is another by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Config"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configured"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_correlation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Correlation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_set_correlation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Correlation"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Correlation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_deliveries: {
        parameters: {
            query?: {
                /** @description Only those on their way, instead of those that are over. */
                pending?: boolean;
                /** @description Only those of this channel. */
                channel?: string;
                /** @description Only those of this incident. */
                incident_id?: components["schemas"]["IncidentId"];
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_redeliver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The delivery's id. */
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_erase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Erasure"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Company"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    heartbeats_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeartbeatList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    heartbeats_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The name's id. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["HeartbeatRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Heartbeat"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    heartbeats_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The name's id. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemovedHeartbeat"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppression_inhibitions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inhibitions"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppression_set_inhibitions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Inhibitions"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inhibitions"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    intake_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Intake"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    intake_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Intake"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Intake"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    intake_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntakeChange"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Intake"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    intake_try_mapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MappingToTry"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriedMapping"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppression_windows: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaintenanceWindows"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppression_set_windows: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaintenanceWindows"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaintenanceWindows"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notifications"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Notifications"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notifications"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_policy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_set_policy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Policy"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_rate_limit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RateLimit"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_set_rate_limit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RateLimit"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RateLimit"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Company"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_retention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_set_retention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Retention"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rules"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rules"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rules"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_try_rules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RulesToTry"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulesTried"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppression_silences: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilenceList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppression_silence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSilence"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppression_end_silence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The silence's id. */
                silence_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedSilence"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    intake_sources: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    intake_test_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TestAlertRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestAlert"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    credentials_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecretLineList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    credentials_rotate_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhookSecret"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    credentials_retire_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
                /** @description The secret's id. */
                secret_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetiredSecret"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi_to_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file of the page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                    "text/css": string;
                    "text/javascript": string;
                    "image/png": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi_page_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file's id. */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file of the page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                    "text/css": string;
                    "text/javascript": string;
                    "image/png": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events_follow: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description The id of an earlier event, for clients that cannot send `Last-Event-ID` at first. */
                cursor?: string;
            };
            header?: {
                /** @description The id of the last event that was seen. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events as they come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health_alive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    heartbeats_ping: {
        parameters: {
            query?: never;
            header?: {
                /** @description When it was signed: Unix time in whole seconds. */
                "X-Timestamp"?: string;
                /** @description `sha256=` and the HMAC-SHA256 over `{X-Timestamp}.{body}` under a live webhook secret, in hex. */
                "X-Signature"?: string;
                /** @description Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`. */
                "webhook-signature"?: string;
                /** @description Grafana: the HMAC-SHA256 over `{X-Grafana-Alerting-Timestamp}:{body}`, or the body alone, in hex. */
                "X-Grafana-Alerting-Signature"?: string;
                /** @description Sentry: the HMAC-SHA256 over the body under the integration's client secret, in hex. */
                "Sentry-Hook-Signature"?: string;
                /** @description The sender's own name for this delivery; sent again, it is a duplicate. */
                "X-Delivery-ID"?: string;
            };
            path: {
                /** @description The name's id. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Value"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Heard"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    incidents_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Only those of this status. */
                status?: components["schemas"]["IncidentStatus"];
                /** @description Only those of this severity. */
                severity?: components["schemas"]["Severity"];
                /** @description Only those of this kind of trouble. */
                signature?: string;
                /** @description Only those that are snoozed, or are not. */
                snoozed?: boolean;
                /** @description Only those created since: an RFC 3339 time, or a span before now such as `24h`. */
                since?: string;
                /** @description Only those created before: an RFC 3339 time, or a span before now such as `24h`. */
                until?: string;
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    incidents_correlate: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description From when on is counted: an RFC 3339 time, or a span before now; `24h` where nothing is said. */
                since?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CorrelateRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Correlated"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unresolved_unresolved: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentLinePage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    incidents_one: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_update: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IncidentUpdate"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_acknowledge: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_escalate: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EscalateRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    execute_execute: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecuteRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Executing"];
                };
            };
            /** @description Somebody has to agree first; or it has begun, and nobody knows whether it was sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunAccepted"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    incidents_memory: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Memory"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_merge: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_reopen: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_resolve: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runs_of_incident: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_cancel: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
                /** @description The run's id. */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StopRequest"];
            };
        };
        responses: {
            /** @description The service tries to end it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cancelling"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_give_up: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
                /** @description The run's id. */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StopRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_snooze: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SnoozeRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acts_split: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SplitRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    incidents_tickets: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    incidents_timeline: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineItemPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    why_why: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The incident's id. */
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentWhy"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    kpis_kpis: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /**
                 * @description Incidents opened since: an RFC 3339 time, or a span before now such as `24h`; 30 days before `until` where nothing
                 *     is said. It begins with the hour that it is in.
                 */
                since?: string;
                /** @description And before: a time or a span as well, now where nothing is said. The hour that it is in counts whole. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyKpis"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    companies_companies: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /**
                 * @description Incidents opened since: an RFC 3339 time, or a span before now such as `24h`; 30 days before `until` where nothing
                 *     is said. It begins with the hour that it is in.
                 */
                since?: string;
                /** @description And before: a time or a span as well, now where nothing is said. The hour that it is in counts whole. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompaniesKpis"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    kpis_impact: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /**
                 * @description The moment of the change: an RFC 3339 time, or a span before now; `days` before now where nothing is said. It is
                 *     taken to be the beginning of its hour.
                 */
                at?: string;
                /** @description How many days before it are compared with how many after it. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyImpact"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    series_series: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /**
                 * @description Incidents opened since: an RFC 3339 time, or a span before now such as `24h`; 30 days before `until` where nothing
                 *     is said. It begins with the hour that it is in.
                 */
                since?: string;
                /** @description And before: a time or a span as well, now where nothing is said. The hour that it is in counts whole. */
                until?: string;
                /** @description By the hour, or by the day in UTC. A series begins with the whole step that `since` is in, and has at most 800. */
                step?: "hour" | "day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KpiSeries"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    memory_write: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostMortem"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownMemory"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    memory_search: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description A kind of trouble, exactly. */
                signature?: string;
                /** @description A tag, exactly; several with commas between them. */
                tag?: string;
                /** @description Anything, in words. */
                q?: string;
                /** @description How many. */
                limit?: number;
                /** @description Whether what is not recalled is shown too, with why. */
                quarantined?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecalledMemoryList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    memory_one: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The memory's id. */
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownMemory"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    memory_quarantine: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The memory's id. */
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuarantineRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownMemory"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    memory_release: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The memory's id. */
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReleaseRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownMemory"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi_document_itself: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runbooks_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunbookLineList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit_create: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WrittenRunbook"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownRunbook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runbooks_one: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description An earlier version of a company's own runbook; the one in force where nothing is said. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description The runbook's id. */
                runbook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownRunbook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit_update: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: {
                /** @description The `ETag` of what this was made from: refused where there is another by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The runbook's id. */
                runbook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WrittenRunbook"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownRunbook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit_remove: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: {
                /** @description The `ETag` of what this was made from: refused where there is another by now. */
                "If-Match"?: string;
            };
            path: {
                /** @description The runbook's id. */
                runbook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemovedRunbook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dry_run_dry_run: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The runbook's id. */
                runbook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DryRunRequest"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runbooks_versions: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The runbook's id. */
                runbook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunbookVersionList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_actors: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Living"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_release_company: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The company's id. */
                company_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleasedCompany"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_dead_letters: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Rows of the page. */
                limit?: number;
                /** @description The `next_cursor` of an earlier page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_release_alert: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
            };
            header?: never;
            path: {
                /** @description The alert's id. */
                alert_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleasedAlert"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_rights: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rights"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    switch_switch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Switch"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    switch_set_switch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetSwitch"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Switch"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Only those who are this. */
                role?: components["schemas"]["Role"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedUser"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_disable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserUpdate"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_reset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FirstPassword"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    alertmanager_list: {
        parameters: {
            query?: {
                /** @description The company that is meant; not needed where one has only one. */
                company_id?: components["schemas"]["CompanyId"];
                /** @description Conditions on labels, such as `severity="critical"`; each has to be met. May stand more than once. */
                filter?: string[] | null;
                /** @description Whether those that fire are wanted. */
                active?: boolean;
                /** @description There are none that are silenced. */
                silenced?: boolean;
                /** @description There are none that are inhibited. */
                inhibited?: boolean;
                /** @description There are none that are not processed. */
                unprocessed?: boolean;
                /** @description A pattern for the receiver, which is the company. */
                receiver?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Vec"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    prometheus_accept: {
        parameters: {
            query?: never;
            header?: {
                /** @description When it was signed: Unix time in whole seconds. */
                "X-Timestamp"?: string;
                /** @description `sha256=` and the HMAC-SHA256 over `{X-Timestamp}.{body}` under a live webhook secret, in hex. */
                "X-Signature"?: string;
                /** @description Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`. */
                "webhook-signature"?: string;
                /** @description Grafana: the HMAC-SHA256 over `{X-Grafana-Alerting-Timestamp}:{body}`, or the body alone, in hex. */
                "X-Grafana-Alerting-Signature"?: string;
                /** @description Sentry: the HMAC-SHA256 over the body under the integration's client secret, in hex. */
                "Sentry-Hook-Signature"?: string;
                /** @description The sender's own name for this delivery; sent again, it is a duplicate. */
                "X-Delivery-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Value"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertsReceived"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    webhook_accept: {
        parameters: {
            query?: never;
            header?: {
                /** @description When it was signed: Unix time in whole seconds. */
                "X-Timestamp"?: string;
                /** @description `sha256=` and the HMAC-SHA256 over `{X-Timestamp}.{body}` under a live webhook secret, in hex. */
                "X-Signature"?: string;
                /** @description Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`. */
                "webhook-signature"?: string;
                /** @description Grafana: the HMAC-SHA256 over `{X-Grafana-Alerting-Timestamp}:{body}`, or the body alone, in hex. */
                "X-Grafana-Alerting-Signature"?: string;
                /** @description Sentry: the HMAC-SHA256 over the body under the integration's client secret, in hex. */
                "Sentry-Hook-Signature"?: string;
                /** @description The sender's own name for this delivery; sent again, it is a duplicate. */
                "X-Delivery-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Alerts"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertsReceived"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enqueue_enqueue: {
        parameters: {
            query?: never;
            header?: {
                /** @description When it was signed: Unix time in whole seconds. */
                "X-Timestamp"?: string;
                /** @description `sha256=` and the HMAC-SHA256 over `{X-Timestamp}.{body}` under a live webhook secret, in hex. */
                "X-Signature"?: string;
                /** @description Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`. */
                "webhook-signature"?: string;
                /** @description Grafana: the HMAC-SHA256 over `{X-Grafana-Alerting-Timestamp}:{body}`, or the body alone, in hex. */
                "X-Grafana-Alerting-Signature"?: string;
                /** @description Sentry: the HMAC-SHA256 over the body under the integration's client secret, in hex. */
                "Sentry-Hook-Signature"?: string;
                /** @description The sender's own name for this delivery; sent again, it is a duplicate. */
                "X-Delivery-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Value"];
            };
        };
        responses: {
            /** @description The event was taken */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventProcessed"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    webhook_accept_format: {
        parameters: {
            query?: never;
            header?: {
                /** @description When it was signed: Unix time in whole seconds. */
                "X-Timestamp"?: string;
                /** @description `sha256=` and the HMAC-SHA256 over `{X-Timestamp}.{body}` under a live webhook secret, in hex. */
                "X-Signature"?: string;
                /** @description Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`. */
                "webhook-signature"?: string;
                /** @description Grafana: the HMAC-SHA256 over `{X-Grafana-Alerting-Timestamp}:{body}`, or the body alone, in hex. */
                "X-Grafana-Alerting-Signature"?: string;
                /** @description Sentry: the HMAC-SHA256 over the body under the integration's client secret, in hex. */
                "Sentry-Hook-Signature"?: string;
                /** @description The sender's own name for this delivery; sent again, it is a duplicate. */
                "X-Delivery-ID"?: string;
            };
            path: {
                /** @description The format's id. */
                format: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Value"];
            };
        };
        responses: {
            /** @description As asked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertsReceived"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    handshake_allow: {
        parameters: {
            query?: never;
            header?: {
                /** @description When it was signed: Unix time in whole seconds. */
                "X-Timestamp"?: string;
                /** @description `sha256=` and the HMAC-SHA256 over `{X-Timestamp}.{body}` under a live webhook secret, in hex. */
                "X-Signature"?: string;
                /** @description Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`. */
                "webhook-signature"?: string;
                /** @description Grafana: the HMAC-SHA256 over `{X-Grafana-Alerting-Timestamp}:{body}`, or the body alone, in hex. */
                "X-Grafana-Alerting-Signature"?: string;
                /** @description Sentry: the HMAC-SHA256 over the body under the integration's client secret, in hex. */
                "Sentry-Hook-Signature"?: string;
                /** @description The sender's own name for this delivery; sent again, it is a duplicate. */
                "X-Delivery-ID"?: string;
            };
            path: {
                /** @description The format's id. */
                format: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One may send; the headers say whence */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
