using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Granary.Model;
using Microsoft.Win32.SafeHandles;

namespace Granary.Storage;

/// <summary>
/// Ownership of a data directory. It is an flock on <c>granary.lock</c>, so it ends with the process however that ends, and no
/// child inherits it; the process id in the file is only for people.
/// </summary>
public sealed class DataDirectoryLock : IDisposable
{
    public const string FileName = "granary.lock";

    private readonly SafeFileHandle _file;

    private DataDirectoryLock(string directory, SafeFileHandle file)
    {
        Directory = directory;
        _file = file;
    }

    /// <summary>The full path.</summary>
    public string Directory { get; }

    /// <summary>Creates the directory (mode 0700) where it is missing and takes it for this process.</summary>
    /// <exception cref="GranaryException">Refused: another server has it, or it cannot be created or written.</exception>
    public static DataDirectoryLock Acquire(string directory)
    {
        if (OperatingSystem.IsWindows()) throw GranaryException.Refused("a Granary server needs Linux: its data directory is locked with flock");
        directory = Path.GetFullPath(directory);
        SafeFileHandle? file = null;
        try
        {
            System.IO.Directory.CreateDirectory(directory,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            file = LockFile.Open(Path.Combine(directory, FileName), create: true);
            var error = LockFile.TryLock(file);
            if (error != 0) throw Refusal(directory, file, error);
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
            return new DataDirectoryLock(directory, file);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is not (IOException or UnauthorizedAccessException)) throw;
            var why = e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
            throw GranaryException.Refused($"the data directory {directory} cannot be used: {why}; name another with --data");
        }
    }

    /// <summary>The process id of the server that owns <paramref name="directory"/>; null when none does, or it cannot be told.</summary>
    public static int? Owner(string directory)
    {
        try
        {
            using var file = LockFile.Open(Path.Combine(directory, FileName), create: false);
            return LockFile.TryLock(file) == 0 ? null : ReadProcessId(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private static GranaryException Refusal(string directory, SafeFileHandle file, int error)
    {
        if (error != LockFile.WouldBlock)
        {
            return GranaryException.Refused(
                $"the data directory {directory} cannot be locked ({Marshal.GetPInvokeErrorMessage(error)}); use a local disk with --data");
        }
        var owner = ReadProcessId(file) is { } pid
            ? string.Create(CultureInfo.InvariantCulture, $"the server with process id {pid}")
            : "another server";
        return GranaryException.Refused(
            $"the data directory {directory} is in use by {owner}; stop it with 'granary down' or use --data");
    }

    private static int? ReadProcessId(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }
}
