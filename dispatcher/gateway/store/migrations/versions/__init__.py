"""One step a module, in the order of their `down_revision`; a step that was released is never changed."""
