using Granary.Proxy.Benchmarks;

switch (args.FirstOrDefault())
{
    case "faults":
        await Faults.RunAsync(args.ElementAtOrDefault(1));
        break;
    case "equals":
        await EqualLoads.RunAsync();
        break;
    case "overhead":
        await Overhead.RunAsync();
        break;
    case "sockets":
        await IdleSockets.RunAsync();
        break;
    case "sockets-proxy":
        await IdleSockets.ProxyAsync(args[1]);
        break;
    default:
        Console.Error.WriteLine("faults | equals | overhead | sockets");
        return 2;
}
return 0;
