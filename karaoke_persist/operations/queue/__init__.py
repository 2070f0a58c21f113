"""The queue of a room, one concept a module; `karaoke_persist.operations.queue_operations` brings them together."""
