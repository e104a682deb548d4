using Granary.Storage;
using Granary.Storage.Crasher;

// write DIR: appends to several pools until it is killed; prints "opening", then "POOL SEQUENCE" for each acknowledged record
// hold DIR: takes the directory, prints "held" and waits for the end of its input
switch (args)
{
    case ["write", var directory]:
        Console.Out.WriteLine("opening");
        Console.Out.Flush();
        using (var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory, CheckpointPages = 100, SnapshotPiece = 16 * 1024 }))
            await Task.WhenAll(Workload.Pools.Select(pool => Workload.Write(store, pool, Console.Out)));
        return 0;
    case ["hold", var directory]:
        using (DataDirectoryLock.Acquire(directory))
        {
            Console.Out.WriteLine("held");
            Console.Out.Flush();
            await Console.In.ReadToEndAsync();
        }
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: write DIR | hold DIR");
        return 2;
}
