using Granary.Model;

namespace Granary.Storage;

/// <summary>The tasks that a task came after, as bytes.</summary>
internal static class TaskList
{
    public static void Write(RecordWriter writer, IReadOnlyList<TaskId> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            writer.Text(tasks[i].Pool);
            writer.Signed(tasks[i].Number);
        }
    }

    public static IReadOnlyList<TaskId> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return [];
        var tasks = new List<TaskId>();
        var reader = new RecordReader(bytes);
        while (!reader.AtEnd) tasks.Add(new TaskId(reader.Text(), reader.Signed()));
        return tasks;
    }
}
