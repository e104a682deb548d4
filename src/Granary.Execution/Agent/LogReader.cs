using Granary.Abstractions;
using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution;

/// <summary>Reads a piece of a task's output.</summary>
internal static class LogReader
{
    public const int MaxBytes = 1024 * 1024;

    public static LogChunk Read(TaskFiles files, LogRequest request)
    {
        if (!Names.IsValid(request.Task.Pool)) return new(0, [], 0, false); // it becomes part of a path
        var path = request.StandardError ? files.Error(request.Task) : files.Output(request.Task);
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            var offset = request.Offset < 0 ? Math.Max(0, length + request.Offset) : Math.Min(request.Offset, length);
            var data = new byte[(int)Math.Min(Math.Clamp(request.MaxBytes, 0, MaxBytes), length - offset)];
            var read = 0;
            while (read < data.Length && RandomAccess.Read(handle, data.AsSpan(read), offset + read) is > 0 and var got) read += got;
            return new(offset, read == data.Length ? data : data[..read], length, true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(0, [], 0, false);
        }
    }
}
