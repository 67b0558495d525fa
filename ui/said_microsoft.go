package ui

// microsoft are the sentences about Microsoft Graph and Teams chat, by key, as those of said.
var microsoft = map[string]map[string]string{
	"en": {
		"chat_answer":           "{who} answers: {words}",
		"chat_consent":          "The right {right} is missing. An administrator gives it at {link}",
		"chat_setup":            "Microsoft does not let the server write for you ({code}). Sign in again; if that does not help, tell your administrator.",
		"chat_busy":             "Microsoft asks us to wait {s}. Try again then.",
		"chat_unknown":          "{who} has no account in this company's directory.",
		"chat_refused":          "Teams does not take a message to {who}.",
		"chat_away":             "Microsoft Graph does not answer. Nothing was sent.",
		"graph_fine":            "Microsoft Graph answers.",
		"graph_throttled":       "Microsoft Graph asks us to slow down. Presence is older than usual.",
		"graph_unreachable":     "Microsoft Graph is not reachable. Presence is shown as unknown.",
		"graph_consent_missing": "Consent is missing: {rights}. An administrator gives it at {link}",
		"graph_credential":      "Microsoft refuses the server's sign-in. The secret or certificate of the app registration must be looked at.",
	},
	"zh": {
		"chat_answer":           "{who} 回复：{words}",
		"chat_consent":          "缺少权限 {right}。管理员可在此授予：{link}",
		"chat_setup":            "Microsoft 不允许服务器代您发消息（{code}）。请重新登录；若仍不行，请告知管理员。",
		"chat_busy":             "Microsoft 要求等待 {s}，请稍后再试。",
		"chat_unknown":          "{who} 在本公司目录中没有帐户。",
		"chat_refused":          "Teams 不接受发给 {who} 的消息。",
		"chat_away":             "Microsoft Graph 没有响应，消息未发送。",
		"graph_fine":            "Microsoft Graph 正常。",
		"graph_throttled":       "Microsoft Graph 要求放慢，在线状态会比平时旧。",
		"graph_unreachable":     "无法连接 Microsoft Graph，在线状态显示为未知。",
		"graph_consent_missing": "缺少授权：{rights}。管理员可在此授予：{link}",
		"graph_credential":      "Microsoft 拒绝了服务器的登录，请检查应用注册的密码或证书。",
	},
}
