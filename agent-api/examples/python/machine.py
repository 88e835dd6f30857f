#!/usr/bin/env python3
"""Asks a Garboard machine for its version and lets it look up a name. Needs: pip install grpcio grpcio-tools

Through the boot server, which forwards to the machine:
    machine.py --address 192.168.77.1:7443 --machine MACHINE --pki SITE/pki resolve.example
Straight to the machine:
    machine.py --address 192.168.77.10:7444 --machine MACHINE --direct --pki SITE/pki resolve.example
"""
import argparse
import json
import pathlib
import sys
import tempfile

import grpc
from google.protobuf import json_format
from grpc_tools import protoc

PROTOS = pathlib.Path(__file__).resolve().parents[2] / "src" / "main" / "proto"
MACHINE_PROTO = "garboard/machine/v1/machine.proto"


def load_stubs():
    """Generates the Python classes from the .proto files, so that there is no generated code to keep in step."""
    out = tempfile.mkdtemp(prefix="garboard-python-")
    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{PROTOS}", f"-I{well_known}", f"--python_out={out}", f"--grpc_python_out={out}", MACHINE_PROTO]
    if protoc.main(arguments) != 0:
        sys.exit(f"protoc refused {PROTOS / MACHINE_PROTO}")
    sys.path.insert(0, out)
    from garboard.machine.v1 import machine_pb2, machine_pb2_grpc

    return machine_pb2, machine_pb2_grpc


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True, help="HOST:PORT of the boot server (7443) or of the machine (7444)")
    parser.add_argument("--machine", required=True, help="name of the machine in the inventory")
    parser.add_argument("--direct", action="store_true", help="the address is the machine's own")
    parser.add_argument("--pki", required=True, type=pathlib.Path, help="directory with site-ca.crt, admin.crt and admin.key")
    parser.add_argument("--user", default="admin", help="whose certificate to show (default: admin)")
    parser.add_argument("name", help="DNS name that the machine shall look up")
    arguments = parser.parse_args()

    messages, services = load_stubs()
    credentials = grpc.ssl_channel_credentials(
        root_certificates=(arguments.pki / "site-ca.crt").read_bytes(),
        private_key=(arguments.pki / f"{arguments.user}.key").read_bytes(),
        certificate_chain=(arguments.pki / f"{arguments.user}.crt").read_bytes(),
    )
    # A certificate is checked against a name: a machine's carries its own, the boot server's always "garboard-server".
    expected = arguments.machine if arguments.direct else "garboard-server"
    options = [("grpc.ssl_target_name_override", expected)]
    metadata = [] if arguments.direct else [("garboard-machine", arguments.machine)]
    with grpc.secure_channel(arguments.address, credentials, options) as channel:
        stub = services.MachineServiceStub(channel)
        try:
            version = stub.Version(messages.VersionRequest(), timeout=30, metadata=metadata)
            answer = stub.Resolve(messages.ResolveRequest(name=arguments.name), timeout=30, metadata=metadata)
        except grpc.RpcError as refused:
            sys.exit(f"{refused.code().name}: {refused.details()}")
    print(json.dumps({"version": json_format.MessageToDict(version), "resolve": json_format.MessageToDict(answer)}, indent=2))


if __name__ == "__main__":
    main()
