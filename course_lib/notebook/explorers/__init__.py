"""Interactive panels: move a control, see the trade-off; a file per lesson, named as the lesson."""
