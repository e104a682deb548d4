namespace Granary.Storage;

/// <summary>A file that appears under its name once it is whole and on the disk. Mode 0600: it holds what people submitted.</summary>
internal sealed class NewFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private bool _keep;

    /// <exception cref="StorageException">There is a file of that name, or none can be made.</exception>
    public NewFile(string path)
    {
        _path = Path.GetFullPath(path);
        _partial = _path + ".partial";
        if (Path.Exists(_path)) throw new StorageException(StorageFault.Exists, $"{path} exists: name a file that does not");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            Stream = new FileStream(_partial, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageFault.Io, $"{path} cannot be written ({e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}): name a file in a folder that is there", e);
        }
    }

    public FileStream Stream { get; }

    public string PartialPath => _partial;

    /// <summary>It is whole.</summary>
    public void Keep()
    {
        Stream.Flush(flushToDisk: true);
        _keep = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        if (_keep) File.Move(_partial, _path, overwrite: false);
        else File.Delete(_partial);
    }
}
