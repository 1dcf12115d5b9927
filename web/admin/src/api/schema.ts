// Generated from the OpenAPI document by "npm run types"; do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description An auditor sees everything and changes nothing.
         * @example administrator
         * @enum {string}
         */
        AdminRole: "administrator" | "auditor";
        /**
         * @description How one can log in.
         * @example {
         *       "openid": false,
         *       "issuer": null,
         *       "environment": "production"
         *     }
         */
        AdminLogin: {
            /** @description By OpenID Connect; else by a link of `claviger admin login-link` alone. */
            openid: boolean;
            /** @description The provider. */
            issuer: string | null;
            environment: string;
        };
        /**
         * @description A link's code.
         * @example {
         *       "code": "5zXq0dTnq9cYk1m3m8n2d0bq3H6u7qfQe1cWm3v9p0A"
         *     }
         */
        AdminLink: {
            /** @description What follows `#/login/link/`. */
            code: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description A session of the admin panel, as its own pages know it.
         * @example {
         *       "email": "ada@example.com",
         *       "role": "administrator",
         *       "csrf_token": "q0o1mX0s9k5xJ4rG7vB2cN8tY6wE3zL5uH1pD0fA9iM",
         *       "expires_at": "2026-01-01T12:00:00Z",
         *       "idle_seconds": 1800,
         *       "environment": "production",
         *       "version": "0.1.0",
         *       "default_client_id": null
         *     }
         */
        AdminSession: {
            email: components["schemas"]["Email"];
            role: components["schemas"]["AdminRole"];
            /** @description To be sent as X-CSRF-Token with each change. */
            csrf_token: string;
            /** @description When it ends, whatever it is used for. */
            expires_at: components["schemas"]["Time"];
            /** @description It ends after so long without a request. */
            idle_seconds: number;
            environment: string;
            version: string;
            /** @description The client of CLIENT_API_KEY. */
            default_client_id: components["schemas"]["Uuid"] | null;
        };
        /**
         * @description An e-mail address, in lower case and ASCII.
         * @example ada@example.com
         */
        Email: string;
        /**
         * Format: date-time
         * @description RFC 3339, in UTC, whole seconds.
         * @example 2026-01-01T00:00:00Z
         */
        Time: string;
        /**
         * Format: uuid
         * @description An id: a UUID, version 7 for what this server made.
         * @example 01980e70-11d4-7c09-8e52-2b9f6d3c4a18
         */
        Uuid: string;
        /**
         * @description A session, as the list of them tells of it.
         * @example {
         *       "id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "email": "ada@example.com",
         *       "role": "administrator",
         *       "way": "link",
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "last_seen_at": "2026-01-01T00:10:00Z",
         *       "expires_at": "2026-01-01T12:00:00Z",
         *       "address": "192.0.2.7",
         *       "current": true
         *     }
         */
        AdminSessionItem: {
            id: components["schemas"]["Uuid"];
            email: components["schemas"]["Email"];
            role: components["schemas"]["AdminRole"];
            /**
             * @description How it was begun.
             * @enum {string}
             */
            way: "link" | "openid";
            created_at: components["schemas"]["Time"];
            /** @description When it was last used, to the minute. */
            last_seen_at: components["schemas"]["Time"];
            expires_at: components["schemas"]["Time"];
            /** @description Where it was begun from. */
            address: string;
            /** @description Whether it is the one that asks. */
            current: boolean;
        };
        /**
         * @description Sessions, the newest first.
         * @example {
         *       "items": [
         *         {
         *           "id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *           "email": "ada@example.com",
         *           "role": "administrator",
         *           "way": "link",
         *           "created_at": "2026-01-01T00:00:00Z",
         *           "last_seen_at": "2026-01-01T00:10:00Z",
         *           "expires_at": "2026-01-01T12:00:00Z",
         *           "address": "192.0.2.7",
         *           "current": true
         *         }
         *       ]
         *     }
         */
        AdminSessionList: {
            items: components["schemas"]["AdminSessionItem"][];
        };
        /**
         * @description What logging out everywhere did.
         * @example {
         *       "ended": 2
         *     }
         */
        AdminSessionsEnded: {
            ended: number;
        };
        /**
         * @description One who may log in by OpenID Connect.
         * @example {
         *       "email": "ada@example.com",
         *       "role": "administrator",
         *       "source": "list",
         *       "added_at": "2026-01-01T00:00:00Z",
         *       "added_by": "operator"
         *     }
         */
        Administrator: {
            email: components["schemas"]["Email"];
            role: components["schemas"]["AdminRole"];
            /**
             * @description Where it stands: in CLAVIGER_ADMIN_EMAILS, or on the list that administrators keep.
             * @enum {string}
             */
            source: "setting" | "list";
            added_at: components["schemas"]["Time"] | null;
            /** @description An address, or `operator` for the command line. */
            added_by: string | null;
        };
        /**
         * @description Who may log in.
         * @example {
         *       "items": [
         *         {
         *           "email": "ada@example.com",
         *           "role": "administrator",
         *           "source": "list",
         *           "added_at": "2026-01-01T00:00:00Z",
         *           "added_by": "operator"
         *         }
         *       ]
         *     }
         */
        AdministratorList: {
            items: components["schemas"]["Administrator"][];
        };
        /**
         * @description What to change.
         * @example {
         *       "role": "auditor"
         *     }
         */
        AdministratorPatch: {
            role: components["schemas"]["AdminRole"];
        } & {
            [key: string]: unknown;
        };
        /**
         * @description A client, as administrators see it.
         * @example {
         *       "id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "name": "example_company",
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "api_key_preview": "sk-client-...RJ2d73Bc",
         *       "api_key_created_at": "2026-01-01T00:00:00Z",
         *       "previous_api_key_expires_at": null,
         *       "last_used_at": "2026-01-02T10:30:00Z",
         *       "users": 2
         *     }
         */
        AdminClient: {
            id: components["schemas"]["Uuid"];
            name: components["schemas"]["ClientName"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            api_key_preview: components["schemas"]["ApiKeyPreview"];
            api_key_created_at: components["schemas"]["Time"];
            /** @description Until when the key before the last rotation works. */
            previous_api_key_expires_at: components["schemas"]["Time"] | null;
            /** @description When the API key was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description How many it has. */
            users: number;
        };
        /**
         * @description No control characters and no surrounding white space.
         * @example example_company
         */
        ClientName: string;
        /**
         * @description Prefix and last 8 characters.
         * @example sk-client-...RJ2d73Bc
         */
        ApiKeyPreview: string;
        /**
         * @description A page of clients.
         * @example {
         *       "items": [
         *         {
         *           "id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *           "name": "example_company",
         *           "is_active": true,
         *           "created_at": "2026-01-01T00:00:00Z",
         *           "api_key_preview": "sk-client-...RJ2d73Bc",
         *           "api_key_created_at": "2026-01-01T00:00:00Z",
         *           "previous_api_key_expires_at": null,
         *           "last_used_at": "2026-01-02T10:30:00Z",
         *           "users": 2
         *         }
         *       ],
         *       "next": "AZgOb3wqez6dQV8MinviO",
         *       "total": 1
         *     }
         */
        AdminClientList: {
            items: components["schemas"]["AdminClient"][];
            /** @description `after` of the next page; null: there is none. A page may be short, even empty, and still have one. */
            next: string | null;
            /** @description How many there are, exactly, if nothing narrows the list; else null. */
            total: number | null;
        };
        /**
         * @description A new client, with its API key: here and nowhere else.
         * @example {
         *       "id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "name": "example_company",
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "api_key_preview": "sk-client-...RJ2d73Bc",
         *       "api_key_created_at": "2026-01-01T00:00:00Z",
         *       "previous_api_key_expires_at": null,
         *       "last_used_at": "2026-01-02T10:30:00Z",
         *       "users": 2,
         *       "api_key": "sk-client-development-EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE00"
         *     }
         */
        AdminClientCreated: {
            id: components["schemas"]["Uuid"];
            name: components["schemas"]["ClientName"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            api_key_preview: components["schemas"]["ApiKeyPreview"];
            api_key_created_at: components["schemas"]["Time"];
            /** @description Until when the key before the last rotation works. */
            previous_api_key_expires_at: components["schemas"]["Time"] | null;
            /** @description When the API key was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description How many it has. */
            users: number;
            api_key: components["schemas"]["ApiKey"];
        };
        /**
         * @description A client's API key. Shown once.
         * @example sk-client-development-EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE00
         */
        ApiKey: string;
        /**
         * @description The client after the change.
         * @example {
         *       "id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "name": "example_company",
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "api_key_preview": "sk-client-...RJ2d73Bc",
         *       "api_key_created_at": "2026-01-01T00:00:00Z",
         *       "previous_api_key_expires_at": null,
         *       "last_used_at": "2026-01-02T10:30:00Z",
         *       "users": 2,
         *       "fenced": true,
         *       "epoch": 42
         *     }
         */
        AdminClientUpdated: {
            id: components["schemas"]["Uuid"];
            name: components["schemas"]["ClientName"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            api_key_preview: components["schemas"]["ApiKeyPreview"];
            api_key_created_at: components["schemas"]["Time"];
            /** @description Until when the key before the last rotation works. */
            previous_api_key_expires_at: components["schemas"]["Time"] | null;
            /** @description When the API key was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description How many it has. */
            users: number;
            fenced: components["schemas"]["Fenced"];
            epoch: components["schemas"]["Epoch"];
        };
        /**
         * @description No check that starts after this answer accepts what was taken back.
         * @constant
         */
        Fenced: true;
        /**
         * @description The number of the change: whoever has seen it has seen every change before.
         * @example 42
         */
        Epoch: number;
        /**
         * @description The client with its new API key: here and nowhere else.
         * @example {
         *       "id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "name": "example_company",
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "api_key_preview": "sk-client-...RJ2d73Bc",
         *       "api_key_created_at": "2026-01-01T00:00:00Z",
         *       "previous_api_key_expires_at": null,
         *       "last_used_at": "2026-01-02T10:30:00Z",
         *       "users": 2,
         *       "api_key": "sk-client-development-EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE00",
         *       "fenced": true,
         *       "epoch": 42
         *     }
         */
        AdminClientRotated: {
            id: components["schemas"]["Uuid"];
            name: components["schemas"]["ClientName"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            api_key_preview: components["schemas"]["ApiKeyPreview"];
            api_key_created_at: components["schemas"]["Time"];
            /** @description Until when the key before the last rotation works. */
            previous_api_key_expires_at: components["schemas"]["Time"] | null;
            /** @description When the API key was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description How many it has. */
            users: number;
            api_key: components["schemas"]["ApiKey"];
            fenced: components["schemas"]["Fenced"];
            epoch: components["schemas"]["Epoch"];
        };
        /**
         * @description The client to create.
         * @example {
         *       "name": "example_company"
         *     }
         */
        AdminNewClient: {
            name: components["schemas"]["ClientName"];
        } & {
            [key: string]: unknown;
        };
        /**
         * @description What to change.
         * @example {
         *       "is_active": false
         *     }
         */
        AdminClientPatch: {
            /** @description false ends all the client's tokens for good; true brings none of them back. */
            is_active: boolean;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description The token of a user that was issued last.
         * @example {
         *       "preview": "eyJ****xyz",
         *       "expires_at": "2026-01-01T00:00:00Z",
         *       "created_by_username": null
         *     }
         */
        AdminNewestToken: {
            preview: components["schemas"]["TokenPreview"];
            expires_at: components["schemas"]["Time"];
            /** @description Who got it on the user's behalf; null: the user itself. */
            created_by_username: string | null;
        };
        /**
         * @description First 3 and last 3 characters of a token.
         * @example eyJ****xyz
         */
        TokenPreview: string;
        /**
         * @description A user, as administrators see it.
         * @example {
         *       "id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "client_name": "example_company",
         *       "identifier": "glchat_user",
         *       "scopes": [
         *         "read:all"
         *       ],
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "secret_preview": "sk-user-...RJ2d73Bc",
         *       "secret_created_at": "2026-01-01T00:00:00Z",
         *       "previous_secret_expires_at": null,
         *       "last_used_at": null,
         *       "newest_token": null
         *     }
         */
        AdminUser: {
            id: components["schemas"]["Uuid"];
            client_id: components["schemas"]["Uuid"];
            client_name: components["schemas"]["ClientName"];
            identifier: components["schemas"]["Identifier"];
            scopes: components["schemas"]["ScopeList"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            secret_preview: components["schemas"]["UserSecretPreview"];
            secret_created_at: components["schemas"]["Time"];
            /** @description Until when the secret before the last rotation works. */
            previous_secret_expires_at: components["schemas"]["Time"] | null;
            /** @description When the secret was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description The token that was issued last; null: none was. */
            newest_token: components["schemas"]["AdminNewestToken"] | null;
        };
        /**
         * @description A user's name within its client: compared code point by code point, returned exactly. No control characters and no surrounding white space.
         * @example glchat_user
         */
        Identifier: string;
        /**
         * @description Scopes (RFC 6749 §3.3), each once.
         * @example [
         *       "read:all"
         *     ]
         */
        ScopeList: string[];
        /**
         * @description Prefix and last 8 characters.
         * @example sk-user-...RJ2d73Bc
         */
        UserSecretPreview: string;
        /**
         * @description A page of users.
         * @example {
         *       "items": [
         *         {
         *           "id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *           "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *           "client_name": "example_company",
         *           "identifier": "glchat_user",
         *           "scopes": [
         *             "read:all"
         *           ],
         *           "is_active": true,
         *           "created_at": "2026-01-01T00:00:00Z",
         *           "secret_preview": "sk-user-...RJ2d73Bc",
         *           "secret_created_at": "2026-01-01T00:00:00Z",
         *           "previous_secret_expires_at": null,
         *           "last_used_at": null,
         *           "newest_token": null
         *         }
         *       ],
         *       "next": "AZgOb3wqez6dQV8MinviO",
         *       "total": 1
         *     }
         */
        AdminUserList: {
            items: components["schemas"]["AdminUser"][];
            /** @description `after` of the next page; null: there is none. A page may be short, even empty, and still have one. */
            next: string | null;
            /** @description How many there are, exactly, if nothing narrows the list; else null. */
            total: number | null;
        };
        /**
         * @description A new user, with its secret: here and nowhere else.
         * @example {
         *       "id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "client_name": "example_company",
         *       "identifier": "glchat_user",
         *       "scopes": [
         *         "read:all"
         *       ],
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "secret_preview": "sk-user-...RJ2d73Bc",
         *       "secret_created_at": "2026-01-01T00:00:00Z",
         *       "previous_secret_expires_at": null,
         *       "last_used_at": null,
         *       "newest_token": null,
         *       "secret": "sk-user-development-EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE00"
         *     }
         */
        AdminUserCreated: {
            id: components["schemas"]["Uuid"];
            client_id: components["schemas"]["Uuid"];
            client_name: components["schemas"]["ClientName"];
            identifier: components["schemas"]["Identifier"];
            scopes: components["schemas"]["ScopeList"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            secret_preview: components["schemas"]["UserSecretPreview"];
            secret_created_at: components["schemas"]["Time"];
            /** @description Until when the secret before the last rotation works. */
            previous_secret_expires_at: components["schemas"]["Time"] | null;
            /** @description When the secret was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description The token that was issued last; null: none was. */
            newest_token: components["schemas"]["AdminNewestToken"] | null;
            secret: components["schemas"]["UserSecret"];
        };
        /**
         * @description A user's secret. Shown once.
         * @example sk-user-development-EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE00
         */
        UserSecret: string;
        /**
         * @description The user after the change.
         * @example {
         *       "id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "client_name": "example_company",
         *       "identifier": "glchat_user",
         *       "scopes": [
         *         "read:all"
         *       ],
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "secret_preview": "sk-user-...RJ2d73Bc",
         *       "secret_created_at": "2026-01-01T00:00:00Z",
         *       "previous_secret_expires_at": null,
         *       "last_used_at": null,
         *       "newest_token": null,
         *       "fenced": true,
         *       "epoch": 42
         *     }
         */
        AdminUserUpdated: {
            id: components["schemas"]["Uuid"];
            client_id: components["schemas"]["Uuid"];
            client_name: components["schemas"]["ClientName"];
            identifier: components["schemas"]["Identifier"];
            scopes: components["schemas"]["ScopeList"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            secret_preview: components["schemas"]["UserSecretPreview"];
            secret_created_at: components["schemas"]["Time"];
            /** @description Until when the secret before the last rotation works. */
            previous_secret_expires_at: components["schemas"]["Time"] | null;
            /** @description When the secret was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description The token that was issued last; null: none was. */
            newest_token: components["schemas"]["AdminNewestToken"] | null;
            fenced: components["schemas"]["Fenced"];
            epoch: components["schemas"]["Epoch"];
        };
        /**
         * @description The user with its new secret: here and nowhere else.
         * @example {
         *       "id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "client_name": "example_company",
         *       "identifier": "glchat_user",
         *       "scopes": [
         *         "read:all"
         *       ],
         *       "is_active": true,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "secret_preview": "sk-user-...RJ2d73Bc",
         *       "secret_created_at": "2026-01-01T00:00:00Z",
         *       "previous_secret_expires_at": null,
         *       "last_used_at": null,
         *       "newest_token": null,
         *       "secret": "sk-user-development-EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE00",
         *       "fenced": true,
         *       "epoch": 42
         *     }
         */
        AdminUserRotated: {
            id: components["schemas"]["Uuid"];
            client_id: components["schemas"]["Uuid"];
            client_name: components["schemas"]["ClientName"];
            identifier: components["schemas"]["Identifier"];
            scopes: components["schemas"]["ScopeList"];
            is_active: boolean;
            created_at: components["schemas"]["Time"];
            secret_preview: components["schemas"]["UserSecretPreview"];
            secret_created_at: components["schemas"]["Time"];
            /** @description Until when the secret before the last rotation works. */
            previous_secret_expires_at: components["schemas"]["Time"] | null;
            /** @description When the secret was last used, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @description The token that was issued last; null: none was. */
            newest_token: components["schemas"]["AdminNewestToken"] | null;
            secret: components["schemas"]["UserSecret"];
            fenced: components["schemas"]["Fenced"];
            epoch: components["schemas"]["Epoch"];
        };
        /**
         * @description The user to create, and whose it is.
         * @example {
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "identifier": "glchat_user"
         *     }
         */
        AdminNewUser: {
            client_id: components["schemas"]["Uuid"];
            identifier: components["schemas"]["Identifier"];
            /** @description Default: ["read:all"]. In a form: separated by spaces. */
            scopes?: components["schemas"]["ScopeList"];
        } & {
            [key: string]: unknown;
        };
        /**
         * @description How many live tokens were ended.
         * @example {
         *       "revoked": 3,
         *       "fenced": true,
         *       "epoch": 42
         *     }
         */
        AdminRevokedTokens: {
            revoked: number;
            fenced: components["schemas"]["Fenced"];
            epoch: components["schemas"]["Epoch"];
        };
        /**
         * @description A token's record, as administrators see it.
         * @example {
         *       "id": "01980e71-3f00-7d1b-8c3e-6a5b4c3d2e1f",
         *       "user_id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "username": "glchat_user",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "client_name": "example_company",
         *       "preview": "eyJ****xyz",
         *       "created_by_username": null,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "expires_at": "2026-01-31T00:00:00Z",
         *       "revoked_at": null,
         *       "last_used_at": null,
         *       "state": "live"
         *     }
         */
        AdminToken: {
            id: components["schemas"]["Uuid"];
            user_id: components["schemas"]["Uuid"];
            username: components["schemas"]["Identifier"];
            client_id: components["schemas"]["Uuid"];
            client_name: components["schemas"]["ClientName"];
            preview: components["schemas"]["TokenPreview"];
            /** @description Who got it on the user's behalf; null: the user itself. */
            created_by_username: string | null;
            created_at: components["schemas"]["Time"];
            expires_at: components["schemas"]["Time"];
            /** @description When it was revoked by itself. */
            revoked_at: components["schemas"]["Time"] | null;
            /** @description When it was last checked, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @enum {string} */
            state: "live" | "expired" | "revoked";
        };
        /**
         * @description A page of tokens, newest first.
         * @example {
         *       "items": [
         *         {
         *           "id": "01980e71-3f00-7d1b-8c3e-6a5b4c3d2e1f",
         *           "user_id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *           "username": "glchat_user",
         *           "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *           "client_name": "example_company",
         *           "preview": "eyJ****xyz",
         *           "created_by_username": null,
         *           "created_at": "2026-01-01T00:00:00Z",
         *           "expires_at": "2026-01-31T00:00:00Z",
         *           "revoked_at": null,
         *           "last_used_at": null,
         *           "state": "live"
         *         }
         *       ],
         *       "next": "AZgOb3wqez6dQV8MinviO",
         *       "total": 1
         *     }
         */
        AdminTokenList: {
            items: components["schemas"]["AdminToken"][];
            /** @description `after` of the next page; null: there is none. A page may be short, even empty, and still have one. */
            next: string | null;
            /** @description How many there are, exactly, if nothing narrows the list; else null. */
            total: number | null;
        };
        /**
         * @description A new token: its text is here and nowhere else.
         * @example {
         *       "id": "01980e71-3f00-7d1b-8c3e-6a5b4c3d2e1f",
         *       "user_id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "username": "glchat_user",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "client_name": "example_company",
         *       "preview": "eyJ****xyz",
         *       "created_by_username": null,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "expires_at": "2026-01-31T00:00:00Z",
         *       "revoked_at": null,
         *       "last_used_at": null,
         *       "state": "live",
         *       "token": "eyJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiJleGFtcGxlIn0.c2lnbmF0dXJl"
         *     }
         */
        AdminTokenIssued: {
            id: components["schemas"]["Uuid"];
            user_id: components["schemas"]["Uuid"];
            username: components["schemas"]["Identifier"];
            client_id: components["schemas"]["Uuid"];
            client_name: components["schemas"]["ClientName"];
            preview: components["schemas"]["TokenPreview"];
            /** @description Who got it on the user's behalf; null: the user itself. */
            created_by_username: string | null;
            created_at: components["schemas"]["Time"];
            expires_at: components["schemas"]["Time"];
            /** @description When it was revoked by itself. */
            revoked_at: components["schemas"]["Time"] | null;
            /** @description When it was last checked, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @enum {string} */
            state: "live" | "expired" | "revoked";
            token: components["schemas"]["TokenText"];
        };
        /**
         * @description A JWT access token (RFC 9068). Shown once.
         * @example eyJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiJleGFtcGxlIn0.c2lnbmF0dXJl
         */
        TokenText: string;
        /**
         * @description Whose token to issue, with that user's secret.
         * @example {
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "identifier": "glchat_user",
         *       "secret": "sk-user-development-EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE00",
         *       "expires_in": 2592000
         *     }
         */
        AdminNewToken: {
            client_id: components["schemas"]["Uuid"];
            identifier: components["schemas"]["Identifier"];
            /**
             * Format: password
             * @description The user's secret.
             */
            secret: string;
            /** @description Lifetime in seconds. Default and maximum are the operator's. */
            expires_in?: number;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description The token after it was revoked.
         * @example {
         *       "id": "01980e71-3f00-7d1b-8c3e-6a5b4c3d2e1f",
         *       "user_id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "username": "glchat_user",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "client_name": "example_company",
         *       "preview": "eyJ****xyz",
         *       "created_by_username": null,
         *       "created_at": "2026-01-01T00:00:00Z",
         *       "expires_at": "2026-01-31T00:00:00Z",
         *       "revoked_at": "2026-01-01T00:00:00Z",
         *       "last_used_at": null,
         *       "state": "revoked",
         *       "fenced": true,
         *       "epoch": 42
         *     }
         */
        AdminTokenRevoked: {
            id: components["schemas"]["Uuid"];
            user_id: components["schemas"]["Uuid"];
            username: components["schemas"]["Identifier"];
            client_id: components["schemas"]["Uuid"];
            client_name: components["schemas"]["ClientName"];
            preview: components["schemas"]["TokenPreview"];
            /** @description Who got it on the user's behalf; null: the user itself. */
            created_by_username: string | null;
            created_at: components["schemas"]["Time"];
            expires_at: components["schemas"]["Time"];
            /** @description When it was revoked by itself. */
            revoked_at: components["schemas"]["Time"] | null;
            /** @description When it was last checked, to the minute. */
            last_used_at: components["schemas"]["Time"] | null;
            /** @enum {string} */
            state: "live" | "expired" | "revoked";
            fenced: components["schemas"]["Fenced"];
            epoch: components["schemas"]["Epoch"];
        };
        /**
         * @description Tokens to revoke, of any clients.
         * @example {
         *       "ids": [
         *         "01980e71-3f00-7d1b-8c3e-6a5b4c3d2e1f"
         *       ]
         *     }
         */
        AdminRevocations: {
            ids: components["schemas"]["Uuid"][];
        } & {
            [key: string]: unknown;
        };
        /**
         * @description How many of them were revoked, those before included, and how many there are not.
         * @example {
         *       "revoked": 1,
         *       "missing": 0,
         *       "fenced": true,
         *       "epoch": 42
         *     }
         */
        AdminRevocationsDone: {
            revoked: number;
            missing: number;
            fenced: components["schemas"]["Fenced"];
            epoch: components["schemas"]["Epoch"];
        };
        /**
         * @description A row of the audit trail, as an export writes it.
         * @example {
         *       "sequence": 7,
         *       "at": "2026-01-01T00:00:00.123Z",
         *       "at_ms": 1767225600123,
         *       "actor": "client",
         *       "actor_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "action": "user_created",
         *       "object": "user",
         *       "object_id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *       "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *       "request_id": "00c0ffee00c0ffee",
         *       "address": "192.0.2.1",
         *       "detail": "read:all",
         *       "hash": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
         *     }
         */
        AdminAuditRow: {
            /** @description From 1, without gaps. */
            sequence: number;
            /** @description RFC 3339, in UTC, with milliseconds. */
            at: string;
            /** @description The same in milliseconds since 1970. */
            at_ms: number;
            /** @description Who made the change: a kind. */
            actor: string;
            /** @description Which one. */
            actor_id: components["schemas"]["Uuid"] | null;
            /** @description What happened. */
            action: string;
            /** @description To what kind of thing. */
            object: string;
            /** @description To which. */
            object_id: components["schemas"]["Uuid"] | null;
            /** @description Whose that is. */
            client_id: components["schemas"]["Uuid"] | null;
            /** @description By which request. */
            request_id: string | null;
            /** @description From which address. */
            address: string | null;
            /** @description What more there is to say; never a credential. */
            detail: string;
            /** @description The row's link of the chain. */
            hash: string;
        };
        /**
         * @description Rows of the audit trail, newest first.
         * @example {
         *       "items": [
         *         {
         *           "sequence": 7,
         *           "at": "2026-01-01T00:00:00.123Z",
         *           "at_ms": 1767225600123,
         *           "actor": "client",
         *           "actor_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *           "action": "user_created",
         *           "object": "user",
         *           "object_id": "01980e70-11d4-7c09-8e52-2b9f6d3c4a18",
         *           "client_id": "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210",
         *           "request_id": "00c0ffee00c0ffee",
         *           "address": "192.0.2.1",
         *           "detail": "read:all",
         *           "hash": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
         *         }
         *       ],
         *       "next": "7",
         *       "total": null
         *     }
         */
        AdminAuditList: {
            items: components["schemas"]["AdminAuditRow"][];
            /** @description `after` of the next page; null: there is none. A page may be short, even empty, and still have one. */
            next: string | null;
            /** @description Not counted. */
            total: null;
        };
        /**
         * @description How far the chain is what was written.
         * @example {
         *       "checked_to": 20000,
         *       "hash": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
         *       "newest": 25000,
         *       "done": false,
         *       "problem": null
         *     }
         */
        AdminAuditCheck: {
            /** @description The number of the last row checked: `after` of the next check. */
            checked_to: number;
            /** @description That row's hash: `hash` of the next check. */
            hash: string;
            /** @description The number of the newest row. */
            newest: number;
            /** @description Nothing is left to check, or there is a problem. */
            done: boolean;
            /** @description The first thing that is wrong. */
            problem: string | null;
        };
        /**
         * @description How much there is, and what this node did.
         * @example {
         *       "clients": 2,
         *       "users": 5,
         *       "tokens_live": 7,
         *       "uptime_seconds": 90,
         *       "series": {
         *         "step_seconds": 60,
         *         "from": "2026-01-01T00:00:00Z",
         *         "issued": [
         *           1,
         *           0
         *         ],
         *         "accepted": [
         *           10,
         *           2
         *         ],
         *         "refused": {
         *           "malformed": [
         *             0,
         *             0
         *           ],
         *           "expired": [
         *             1,
         *             0
         *           ],
         *           "unknown": [
         *             0,
         *             0
         *           ],
         *           "revoked": [
         *             0,
         *             1
         *           ]
         *         }
         *       },
         *       "expiring": [
         *         {
         *           "day": "2026-01-01",
         *           "tokens": 0
         *         },
         *         {
         *           "day": "2026-01-02",
         *           "tokens": 0
         *         },
         *         {
         *           "day": "2026-01-03",
         *           "tokens": 0
         *         },
         *         {
         *           "day": "2026-01-04",
         *           "tokens": 0
         *         },
         *         {
         *           "day": "2026-01-05",
         *           "tokens": 0
         *         },
         *         {
         *           "day": "2026-01-06",
         *           "tokens": 0
         *         },
         *         {
         *           "day": "2026-01-07",
         *           "tokens": 0
         *         }
         *       ],
         *       "stale": {
         *         "after_days": 90,
         *         "secrets": 0,
         *         "api_keys": 0,
         *         "unused_users": 0
         *       }
         *     }
         */
        AdminOverview: {
            clients: number;
            users: number;
            /** @description null: more than are worth counting. */
            tokens_live: number | null;
            uptime_seconds: number;
            /** @description What this node did in each minute, since its start, for a day at most. The last minute is not over yet. */
            series: {
                /** @constant */
                step_seconds: 60;
                from: components["schemas"]["Time"];
                issued: number[];
                accepted: number[];
                /** @description Checks that refused the token, by reason. */
                refused: {
                    malformed: number[];
                    expired: number[];
                    unknown: number[];
                    revoked: number[];
                };
            };
            /** @description Tokens that expire on each of the next days (UTC), today's rest first, revoked ones included. Up to five minutes old. */
            expiring: {
                day: string;
                tokens: number;
            }[];
            /** @description Credentials of active users and clients that are older than that, and active users that old that were not used since. Up to five minutes old. */
            stale: {
                after_days: number;
                secrets: number;
                api_keys: number;
                unused_users: number;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
