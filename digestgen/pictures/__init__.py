"""Pictures: what their files tell, how they are made smaller, and what is drawn for previews."""
