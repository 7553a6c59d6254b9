import GitTypes

/// Looks for a key in botocore's order.
struct AWSKeyFinder {
    let options: DVCRemote.S3Options?
    let environment: [String: String]
    let profile: AWSProfile

    func access() -> AWSAccess {
        if options?.isAnonymous == true { return .anonymous }
        return optionKey() ?? environmentKey() ?? profileKey() ?? machineKey() ?? .notFound(places)
    }

    private var title: String { "the AWS profile '\(profile.name.terminalSafe(limit: 60))'" }

    private var places: [String] {
        var places = ["access_key_id of the DVC remote"]
        if !profile.isOption { places.append("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") }
        return places + ["\(title) of the credentials file", "\(title) of the configuration file"]
    }

    private func optionKey() -> AWSAccess? {
        guard let options, options.accessKeyID != nil || options.secretAccessKey != nil else { return nil }
        guard let id = options.accessKeyID, let key = options.secretAccessKey else {
            return .unusable("the DVC remote has only one of access_key_id and secret_access_key")
        }
        let credentials = AWSCredentials(accessKeyID: id, secretAccessKey: key, sessionToken: options.sessionToken)
        return .key(credentials, from: "the options of the DVC remote")
    }

    private func environmentKey() -> AWSAccess? {
        guard !profile.isOption, let id = environment.nonEmpty("AWS_ACCESS_KEY_ID") else { return nil }
        guard let key = environment.nonEmpty("AWS_SECRET_ACCESS_KEY") else {
            return .unusable("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
        }
        let token = environment.nonEmpty("AWS_SESSION_TOKEN") ?? environment.nonEmpty("AWS_SECURITY_TOKEN")
        return .key(
            AWSCredentials(
                accessKeyID: Secret(id), secretAccessKey: Secret(key), sessionToken: token.map { Secret($0) }),
            from: "AWS_ACCESS_KEY_ID")
    }

    private func profileKey() -> AWSAccess? {
        if profile.isNamed, profile.credentials == nil, profile.configuration == nil {
            return .unusable("\(title) is in neither of the AWS files")
        }
        let isUsed = { (keys: String...) in keys.contains { profile.values[$0] != nil } }
        if isUsed("web_identity_token_file") { return notSupported("a web identity") }
        if isUsed("role_arn") { return notSupported("role_arn") }
        if !profile.isOption, environment.nonEmpty("AWS_WEB_IDENTITY_TOKEN_FILE") != nil {
            return .unusable("AWS_WEB_IDENTITY_TOKEN_FILE asks for a web identity, which is not supported")
        }
        if isUsed("sso_session", "sso_start_url") { return notSupported("single sign-on") }
        if let key = key(in: profile.credentials, of: "the credentials file") { return key }
        if isUsed("login_session") { return notSupported("a login session") }
        if isUsed("credential_process") { return notSupported("credential_process") }
        return key(in: profile.configuration, of: "the configuration file")
    }

    private func notSupported(_ what: String) -> AWSAccess {
        .unusable("\(title) uses \(what), which is not supported")
    }

    private func key(in values: [String: String]?, of file: String) -> AWSAccess? {
        guard let values, let id = values["aws_access_key_id"] else { return nil }
        guard let key = values["aws_secret_access_key"] else {
            return .unusable("\(title) of \(file) has no aws_secret_access_key")
        }
        let token = values["aws_session_token"] ?? values["aws_security_token"]
        return .key(
            AWSCredentials(
                accessKeyID: Secret(id), secretAccessKey: Secret(key), sessionToken: token.map { Secret($0) }),
            from: "\(title) of \(file)")
    }

    private func machineKey() -> AWSAccess? {
        let variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        guard let variable = variables.first(where: { environment.nonEmpty($0) != nil }) else { return nil }
        return .unusable("\(variable) asks for the keys of a container, which are not supported")
    }
}
