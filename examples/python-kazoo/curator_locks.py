"""kazoo's read and write lock under the names of Apache Curator's InterProcessReadWriteLock, so that both exclude each other.

kazoo's own names (__lock__, __rlock__) are seen by nobody but kazoo: a lock under them excludes no Curator program and no window.
"""
import re
import uuid

from kazoo.recipe.lock import ReadLock, WriteLock


class OutOfSequenceNumbers(Exception):
    """The servers' counter of the lock path has wrapped: let its windows use another lock path."""


class _CuratorNames:
    def __init__(self, client, path, identifier=None):
        super().__init__(client, path, identifier)
        self.prefix = f"_c_{uuid.uuid4()}-{self._NODE_NAME}"
        self.create_path = f"{path}/{self.prefix}"

    def _get_predecessor(self, node):
        # kazoo and Curator compare numbers as text, and after 2147483647 comes -2147483648: the order would be wrong.
        if not re.fullmatch(r"\d{10}", node[len(self.prefix):]):
            raise OutOfSequenceNumbers(f"{self.path} gave the number {node[len(self.prefix):]}")
        return super()._get_predecessor(node)


class CuratorReadLock(_CuratorNames, ReadLock):
    _NODE_NAME = "__READ__"
    _EXCLUDE_NAMES = ["__WRIT__"]


class CuratorWriteLock(_CuratorNames, WriteLock):
    _NODE_NAME = "__WRIT__"
    _EXCLUDE_NAMES = ["__WRIT__", "__READ__"]
