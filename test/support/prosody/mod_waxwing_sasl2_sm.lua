-- Stream management inside SASL2 and Bind 2 (XEP-0198 #inline) on Prosody 0.12, whose own module answers only by itself:
-- what it says is caught and put where it belongs. For tests only.

local filters = require "util.filters";
local parse = require "util.xml".parse;

local xmlns_sm = "urn:xmpp:sm:3";
local xmlns_sasl2 = "urn:xmpp:sasl:2";

module:depends "sasl2";
local smacks = module:depends "smacks";

-- Runs work and returns what the session would have sent meanwhile, as a list of texts.
local function catch(session, work)
	local said = {};
	local function keep(text)
		said[#said + 1] = text;
		return nil;
	end
	filters.add_filter(session, "bytes/out", keep, -1000);
	work();
	filters.remove_filter(session, "bytes/out", keep);
	return said;
end

module:hook("advertise-sasl-features", function (event)
	event.features:tag("sm", { xmlns = xmlns_sm }):up();
end);

module:hook("advertise-bind-features", function (event)
	event.features:tag("feature", { var = xmlns_sm }):up();
end);

module:hook_tag(xmlns_sasl2, "authenticate", function (session, request)
	session.waxwing_resume = request:get_child("resume", xmlns_sm);
end, 100);

-- Before resources are bound (100) and tokens handed out (75).
module:hook("sasl2/c2s/success", function (event)
	local session = event.session;
	local request = session.waxwing_resume;
	session.waxwing_resume = nil;
	if not request then return; end
	local connection, handler, client = session.conn, session.sasl_handler, session.client_id;
	local said = catch(session, function () smacks.handle_resume(session, request, xmlns_sm); end);
	local answer = parse(table.remove(said, 1));
	event.success:add_child(answer);
	if answer.name ~= "resumed" then return; end
	local resumed = module:shared("/*/c2s/sessions")[connection];
	resumed.sasl_handler, resumed.client_id = handler, client;
	event.session = resumed;
	event.waxwing_rest = said;
end, 110);

-- After success has left (-1000): what was missed, and no features (-1500), as nothing is left to negotiate.
module:hook("sasl2/c2s/success", function (event)
	if not event.waxwing_rest then return; end
	event.session.sasl_handler = nil;
	for _, text in ipairs(event.waxwing_rest) do
		event.session.rawsend(text);
	end
	return true;
end, -1100);

module:hook("enable-bind-features", function (event)
	local request = event.request:get_child("enable", xmlns_sm);
	if not request then return; end
	local said = catch(event.session, function () smacks.handle_enable(event.session, request, xmlns_sm); end);
	event.result:add_child(parse(said[1]));
end, 100);
