-- Lets the community's modules for SASL2, Bind 2 and FAST, which are written for a later Prosody, run on 0.12: supplies
-- the few things of that later version which they call. For tests only.

local datetime = require "util.datetime";
local stanza_meta = require "util.stanza".stanza_mt;

-- Times of tokens are fractions of seconds there, and whole seconds here.
for _, name in ipairs { "date", "datetime", "time", "legacy" } do
	local write = datetime[name];
	if write then
		datetime[name] = function (at) return write(at and math.floor(at)); end
	end
end

if not stanza_meta.get_child_attr then
	function stanza_meta:get_child_attr(name, xmlns, attribute)
		local child = self:get_child(name, xmlns);
		return child and child.attr[attribute] or nil;
	end
end

-- A connection tells about its TLS by itself there; here one asks its socket.
module:hook("stream-features", function (event)
	local connection = event.origin.conn;
	local methods = connection and (getmetatable(connection) or {}).__index;
	if type(methods) == "table" and not methods.ssl_info then
		function methods:ssl_info()
			local socket = self:socket();
			return socket and socket.info and socket:info() or nil;
		end
	end
end, 1000);

-- The stream's own attributes are not kept here. That there is a user is all that is asked of them.
module:hook("advertise-sasl-features", function (event)
	event.stream = event.stream or { from = "somebody@" .. module.host };
end, 1000);
