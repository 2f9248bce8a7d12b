"""A lesson's room: students' pins and answers come together on the teacher's map, in memory only."""
