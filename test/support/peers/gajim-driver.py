"""
Gajim with somebody else's hand on it: starts Debian's Gajim as its own command does, and does in its window what the
lines on a socket say, as a person would. Run by test/support/peers/gajim.ts: PATH_OF_SOCKET, then Gajim's arguments.

Every line is a JSON object: {"do": "open" | "say" | "state" | "quit", "address": …, "text": …}; each gets one line back.
"""
import json
import os
import socket
import sys
import threading
import traceback

from gi.repository import GLib

# It refuses to run as root, which is who tests in a container are; there is nothing here that it could harm.
os.geteuid = lambda: 1000

PATH = sys.argv.pop(1)


def window():
    from gajim.common import app
    return app, getattr(app, 'window', None)


def is_online():
    app, main = window()
    client = app.connections.get('lab')
    return main is not None and client is not None and client.state.is_available


def open_chat(address, text=None):
    from nbxmpp.protocol import JID
    app, main = window()
    main.add_chat('lab', JID.from_string(address), 'contact', select=True, message=text)
    contact = app.get_client('lab').get_module('Contacts').get_contact(JID.from_string(address))
    contact.settings.set('encryption', 'OMEMO')


def say(address, text):
    """Writes into the composer and presses Return. False: it stays there, because Gajim looks for keys first."""
    _, main = window()
    field = main.get_chat_stack().get_message_action_box().msg_textview
    open_chat(address)
    field.clear()
    field.insert_text(text)
    main.get_action('send-message').activate(None)
    return field.get_text() == ''


def act(order):
    what = order['do']
    if what == 'state':
        return is_online()
    if what == 'open':
        return open_chat(order['address'])
    if what == 'say':
        return say(order['address'], order['text'])
    if what == 'quit':
        app, _ = window()
        GLib.timeout_add(50, lambda: app.app.quit() or False)
        return True
    raise ValueError(what)


def in_main_loop(order):
    """Runs an order where Gajim lives, and waits for its answer."""
    done = threading.Event()
    answer = {}

    def work():
        try:
            answer['value'] = act(order)
        except Exception:
            answer['error'] = traceback.format_exc()
        done.set()
        return False

    GLib.idle_add(work)
    done.wait()
    return answer


def serve():
    server = socket.socket(socket.AF_UNIX)
    server.bind(PATH)
    server.listen()
    while True:
        connection, _ = server.accept()
        with connection, connection.makefile('rw') as lines:
            for line in lines:
                lines.write(json.dumps(in_main_loop(json.loads(line))) + '\n')
                lines.flush()


threading.Thread(target=serve, daemon=True).start()

from gajim.gajim import main  # noqa: E402: the user id comes first

sys.exit(main())
