; Included by electron-builder's installer. Uninstalling asks about the data of this person, and keeps it unless told
; otherwise: it may be the only copy of the messages. An update removes nothing and asks nothing.

!macro customUnInstall
  ${ifNot} ${isUpdated}
  ${andIfNot} ${Silent}
    SetShellVarContext current
    IfFileExists "$APPDATA\Waxwing\*.*" 0 kept
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 \
      "Delete your messages, keys and accounts of Waxwing on this computer, too? They cannot be brought back." \
      IDNO kept
    RMDir /r "$APPDATA\Waxwing"
    kept:
  ${endIf}
!macroend
