"""
Gajim with somebody else's hand on it: starts Debian's Gajim as its own command does, and does in its window what the
lines on a socket say, as a person would. Run by test/support/peers/gajim.ts: PATH_OF_SOCKET, then Gajim's arguments.

Every line is a JSON object: {"do": "open" | "say" | "say-in" | …, "address": …, "text": …}; each gets one line back.
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


def room_of(address):
    from nbxmpp.protocol import JID
    app, _ = window()
    return app.get_client('lab').get_module('Contacts').get_contact(JID.from_string(address), groupchat=True)


def is_in(address):
    return is_online() and room_of(address).is_joined


def say_in(address, text, encryption, is_correction=False):
    """The same in a room. False: it is not in yet, or looks for keys first."""
    from nbxmpp.protocol import JID
    _, main = window()
    if not is_in(address):
        return False
    box = main.get_chat_stack().get_message_action_box()
    main.add_group_chat('lab', JID.from_string(address), select=True)
    main.select_chat('lab', JID.from_string(address))
    room_of(address).settings.set('encryption', encryption)
    if is_correction and not box.is_correcting:
        box.toggle_message_correction()
        if not box.is_correcting:
            return False
    box.msg_textview.clear()
    box.msg_textview.insert_text(text)
    main.get_action('send-message').activate(None)
    return box.msg_textview.get_text() == ''


def muc():
    app, _ = window()
    return app.get_client('lab').get_module('MUC')


def act(order):
    what = order['do']
    if what == 'state':
        return is_online()
    if what == 'open':
        return open_chat(order['address'])
    if what == 'say':
        return say(order['address'], order['text'])
    if what == 'is-in':
        return is_in(order['address'])
    if what in ('say-in', 'correct-in'):
        return say_in(order['address'], order['text'], order['encryption'], what == 'correct-in')
    if what == 'nick':
        return muc().change_nick(order['address'], order['text'])
    if what == 'set-subject':
        return muc().set_subject(order['address'], order['text'])
    if what == 'subject':
        subject = room_of(order['address']).subject
        return '' if subject is None else subject.text
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
