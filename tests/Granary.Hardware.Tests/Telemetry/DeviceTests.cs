using Granary.Model;

namespace Granary.Hardware.Tests.Telemetry;

public sealed class DeviceTests
{
    private static string Disk(string name, string numbers) => $"   8       0 {name} {numbers}\n";

    [Fact]
    public void A_disk_has_throughput_latency_and_load_and_its_partitions_are_not_counted_again()
    {
        using var machine = new Ticking(new RecordedTree().With("/proc/diskstats",
            Disk("loop0", "0 0 0 0 0 0 0 0 0 0 0") + Disk("sda", "100 0 1000 500 10 0 100 50 0 400 900") + Disk("sda1", "90 0 900 450 10 0 100 50 0 300 800")
            + Disk("nvme0n1", "1 0 8 1 0 0 0 0 0 1 1") + Disk("nvme0n1p1", "1 0 8 1 0 0 0 0 0 1 1") + Disk("dm-0", "5 0 40 5 0 0 0 0 0 5 5"))).Tick();
        machine.With("/proc/diskstats",
            Disk("sda", "110 0 3000 600 15 0 1100 60 2 900 1900") + Disk("sda1", "100 0 2900 550 15 0 1100 60 0 800 1800")
            + Disk("nvme0n1", "1 0 8 1 0 0 0 0 0 1 1") + Disk("dm-0", "15 0 2040 105 0 0 0 0 0 5 5")).Tick(2);

        Assert.Equal((2000 * 512 / 2.0, 1000 * 512 / 2.0), (machine["disk.read/sda"], machine["disk.write/sda"]));
        Assert.Equal((5, 2.5, 0.01, 0.002), (machine["disk.reads/sda"], machine["disk.writes/sda"], machine["disk.read_latency/sda"], machine["disk.write_latency/sda"]));
        Assert.Equal((0.25, 0.5), (machine["disk.busy/sda"], machine["disk.queue/sda"]));
        Assert.True(double.IsNaN(machine["disk.read_latency/nvme0n1"]), "no read, no latency");
        Assert.Equal(0, machine["disk.read/nvme0n1"]);
        Assert.False(machine.Has("disk.read/sda1") || machine.Has("disk.read/nvme0n1p1") || machine.Has("disk.read/loop0"));
        Assert.Equal((machine["disk.read/sda"], machine["disk.write/sda"]), (machine["disk.read"], machine["disk.write"]));
    }

    [Fact]
    public void A_disk_that_is_pulled_loses_its_series_and_another_under_its_name_begins_anew()
    {
        using var machine = new Ticking(new RecordedTree().With("/proc/diskstats", Disk("sda", "100 0 1000 500 10 0 100 50 0 400 900") + Disk("sdb", "1 0 8 1 0 0 0 0 0 1 1"))).Tick().Tick();
        Assert.True(machine.Has("disk.read/sdb"));
        machine.With("/proc/diskstats", Disk("sda", "3 0 24 5 0 0 0 0 0 1 1")).Tick();
        Assert.False(machine.Has("disk.read/sdb"));
        Assert.Equal(ReadingSource.Absent, machine.Quality("disk.read/sda"));
        Assert.True(double.IsNaN(machine["disk.read"]));
        machine.With("/proc/diskstats", Disk("sda", "4 0 32 6 0 0 0 0 0 2 2")).Tick();
        Assert.Equal(8 * 512, machine["disk.read/sda"]);
    }

    [Fact]
    public void An_interface_has_bytes_packets_errors_and_drops_and_the_sum_leaves_out_the_loopback()
    {
        const string Headings = "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
        using var machine = new Ticking(new RecordedTree().With("/proc/net/dev", Headings
            + "    lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n  eth0:4294967000 10 0 0 0 0 0 0 1000 5 0 0 0 0 0 0\n ifb0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0")).Tick();
        machine.With("/proc/net/dev", Headings
            + "    lo: 900 9 0 0 0 0 0 0 900 9 0 0 0 0 0 0\n  eth0:704 30 1 2 0 0 0 0 3000 15 1 0 0 0 0 0\n ifb0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0").Tick();

        Assert.Equal((1000, 2000, 20, 10), (machine["net.receive/eth0"], machine["net.transmit/eth0"], machine["net.receive_packets/eth0"], machine["net.transmit_packets/eth0"]));
        Assert.Equal((2, 2), (machine["net.errors/eth0"], machine["net.drops/eth0"]));
        Assert.Equal((1000, 2000, 800), (machine["net.receive"], machine["net.transmit"], machine["net.receive/lo"]));
        Assert.False(machine.Has("net.receive/ifb0"), "what never carried anything is left out");
    }

    [Fact]
    public void Connections_are_counted_by_state_over_both_protocols()
    {
        const string Names = "Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts\n";
        using var machine = new Ticking(new RecordedTree()
            .With("/proc/net/sockstat", "sockets: used 19\nTCP: inuse 5 orphan 0 tw 320 alloc 1 mem 0\nUDP: inuse 3 mem 0\nUDPLITE: inuse 9")
            .With("/proc/net/sockstat6", "TCP6: inuse 2\nUDP6: inuse 1\nUDPLITE6: inuse 0")
            .With("/proc/net/snmp", Names + "Tcp: 1 200 120000 -1 10 20 1 2 42 1000 900 7 0 1")).Tick();
        machine.With("/proc/net/snmp", Names + "Tcp: 1 200 120000 -1 10 20 1 2 43 1000 900 12 0 1").Tick();

        Assert.Equal((7, 4, 320, 43, 5), (machine["connections.tcp"], machine["connections.udp"], machine["connections.tcp_time_wait"], machine["connections.tcp_established"], machine["net.tcp_retransmits"]));
    }
}
