using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Granary.Memory.Shared;

/// <summary>Makes and opens the files of shared pools.</summary>
internal static partial class SharedPoolFile
{
    private const uint AllowSealing = 2, CloseOnExec = 1;
    private const int AddSeals = 1033, SealSeal = 1, SealShrink = 2, SealGrow = 4;

    /// <summary>Makes a file whole before it gets its name: nobody sees half of one.</summary>
    /// <exception cref="SharedPoolException">There is no room for it, or it exists.</exception>
    public static SharedMap Create(string path, SharedPoolOptions options, out ulong seed)
    {
        var geometry = options.Checked();
        var draft = $"{path}.{Environment.ProcessId}.{Environment.TickCount64}.new";
        try
        {
            // preallocated: on a full /dev/shm this fails here, and not by a signal where a page is first touched
            using (var file = new FileStream(draft, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite,
                PreallocationSize = geometry.FileBytes,
                UnixCreateMode = options.Mode,
            }))
            {
                file.SetLength(geometry.FileBytes);
                File.SetUnixFileMode(file.SafeFileHandle, options.Mode);
                Fill(file.SafeFileHandle, geometry, options);
            }
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException e)
        {
            File.Delete(draft);
            throw new SharedPoolException(File.Exists(path)
                ? $"{path} exists already; open it, or remove it first"
                : $"no shared pool of {geometry.FileBytes >> 20} MiB could be made at {path}: {e.Message}", e);
        }
        return Open(path, out seed);
    }

    /// <summary>A pool without a name, which nobody can cut or lengthen (memfd_create(2), F_ADD_SEALS): others open /proc/PID/fd/N of it, or inherit it.</summary>
    public static SharedMap CreateSealed(string name, SharedPoolOptions options, out ulong seed)
    {
        var geometry = options.Checked();
        var descriptor = MemoryFile(name, AllowSealing | CloseOnExec);
        if (descriptor < 0) throw new SharedPoolException($"no memory file could be made: error {Marshal.GetLastPInvokeError()}");
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (Allocate(descriptor, 0, geometry.FileBytes) is not 0 and var error) throw new SharedPoolException($"no {geometry.FileBytes >> 20} MiB for shared pool '{name}': error {error}");
            Fill(file, geometry, options);
            if (Control(descriptor, AddSeals, SealSeal | SealShrink | SealGrow) != 0) throw new SharedPoolException($"shared pool '{name}' could not be sealed: error {Marshal.GetLastPInvokeError()}");
            var path = $"/proc/{Environment.ProcessId}/fd/{descriptor}";
            Header(file, path, out seed, out _);
            return new SharedMap(file, path, geometry);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="SharedPoolException">It cannot be opened, or is not a whole pool of this version and this numbering of processes.</exception>
    public static SharedMap Open(string path, out ulong seed)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SharedPoolException($"{path} cannot be opened: {e.Message}", e);
        }
        try
        {
            var geometry = Header(file, path, out seed, out var pidNamespace);
            if (pidNamespace != ProcessIdentity.Namespace())
                throw new SharedPoolException($"{path} belongs to processes of another pid namespace: who of them lives cannot be told from here; share the namespace or make a pool of its own");
            return new SharedMap(file, path, geometry);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the fixed part by read(2): a file that is cut meanwhile harms nobody.</summary>
    public static SharedGeometry Header(SafeFileHandle file, string path, out ulong seed, out ulong pidNamespace)
    {
        Span<byte> header = stackalloc byte[SharedHeader.FixedBytes];
        var read = RandomAccess.Read(file, header, 0);
        return SharedHeader.Read(header[..read], RandomAccess.GetLength(file), path, out seed, out pidNamespace);
    }

    private static void Fill(SafeFileHandle file, SharedGeometry geometry, SharedPoolOptions options)
    {
        Span<byte> header = stackalloc byte[SharedHeader.CountersAt];
        header.Clear();
        SharedHeader.Write(header, geometry, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), ProcessIdentity.Namespace());
        // as if a process had died that was making it: whoever takes the lock first builds what is derived
        BitConverter.TryWriteBytes(header[SharedHeader.LockAt..], SharedHeader.Unmade);
        BitConverter.TryWriteBytes(header[SharedHeader.DefaultLimitAt..], options.DefaultLimit);
        RandomAccess.Write(file, header, 0);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    private static partial int Allocate(int descriptor, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);
}
